// What the house found, in one line: which readings went beyond which limit, how long somebody is away, why a fall is
// told and how the person is.

import { rhythmText } from "./rhythm.js";
import { durationText } from "./time.js";
import { fallWord, quantityWord, unitWord, word } from "./words.js";

const LONGEST_LIST = 4;

export function findingText(finding) {
  if (finding.fall) return fallText(finding.fall);
  if (finding.rhythm) return rhythmText(finding.rhythm);
  if (finding.limit_minutes !== null) return word("longer_than", finding.limit_minutes);
  const unit = unitWord(finding.unit);
  const readings = finding.readings.slice(-LONGEST_LIST).map(String).join(" · ");
  return [
    `${quantityWord(finding.quantity)} ${readings}${unit ? ` ${unit}` : ""}`,
    finding.limit !== null && finding.beyond && word(finding.beyond === "low" ? "below_limit" : "above_limit", finding.limit),
    finding.in_a_row !== null && word("in_a_row", finding.in_a_row),
    finding.minutes > 0 && word("over_minutes", finding.minutes),
  ].filter(Boolean).join(word("comma"));
}

const inSentence = (part, place) => (place ? part[0].toLowerCase() + part.slice(1) : part);
const known = (value) => value !== null && value !== undefined;

// The worst first: an operator reads no further than the first words.
function fallText(fall) {
  return [
    known(fall.long_lie_minutes) && word("long_lie", fall.long_lie_minutes),
    fall.walking && word("walks_again"),
    fall.said_all_right && word("said_all_right"),
    fall.explanation && fallWord(fall.explanation),
    known(fall.still_seconds) && word("still_for", durationText(fall.still_seconds)),
    known(fall.turned_degrees) && word("turned_by", Math.round(fall.turned_degrees)),
    known(fall.peak_g) && word("impact_of", fall.peak_g.toFixed(1)),
    known(fall.score) && word("score_of", Math.round(100 * fall.score)),
  ].filter(Boolean).map(inSentence).join(word("comma"));
}
