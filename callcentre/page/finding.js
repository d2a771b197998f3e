// What a rule of the house found, in one line: which readings went beyond which limit, how long somebody is away.

import { quantityWord, unitWord, word } from "./words.js";

const LONGEST_LIST = 4;

export function findingText(finding) {
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
