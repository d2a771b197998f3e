// What the home's rhythm or the circle around the home found, in the words of an operator.

import { durationText } from "./time.js";
import { rhythmWord, word } from "./words.js";

const known = (value) => value !== null && value !== undefined;
const minutes = (length) => durationText(Math.round(length) * 60).replace(/ ?0 ?(s|秒)$/, "");

export function rhythmText(found) {
  return [
    rhythmWord(found.verdict),
    known(found.since_local) && word("since_clock", found.since_local),
    known(found.silent_minutes) && word("silent_for", minutes(found.silent_minutes)),
    known(found.usual_minutes) && word("usually_at_most", minutes(found.usual_minutes)),
    found.asked === true && word("asked_in_vain"),
    found.asked === false && word("not_asked"),
    known(found.distance_m) && word("far_from_home", distance(found.distance_m)),
    known(found.radius_m) && word("circle_of", distance(found.radius_m)),
  ].filter(Boolean).join(word("comma"));
}

function distance(metres) {
  return metres >= 10000 ? word("kilometres", Math.round(metres / 1000)) : word("metres", Math.round(metres));
}
