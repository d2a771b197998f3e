"""Published limits for adults, which a district may switch on where nobody has set a person's own.

Source: Royal College of Physicians, National Early Warning Score (NEWS) 2, London 2017, chart 1: the values that score
3 by themselves, the highest score of one sign, SpO2 on scale 1; for a high temperature the highest score there is, 2.
Here they only ask somebody to ring the person: no score is added up, nothing is diagnosed. They do not fit everybody.
People whose usual oxygen is low by illness (scale 2), athletes and people with a pacemaker need limits of their own.
"""

from gateway.rules.vital_signs import Limit

LIMITS = (
    Limit(quantity="respiratory_rate", low=9, high=24),
    Limit(quantity="blood_oxygen", low=92),
    Limit(quantity="blood_pressure_systolic", low=91, high=219),
    Limit(quantity="heart_rate", low=41, high=130),
    Limit(quantity="body_temperature", low=35.1, high=39.0),
)
