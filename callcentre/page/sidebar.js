// Beside the queue: homes that need a look, and what was closed last.

import { faultLine, residentName } from "./card.js";
import { element } from "./dom.js";
import { momentText } from "./time.js";
import { fallWatchWord, faultWord, protectionWord, resultWord, typeWord, word } from "./words.js";

const SHOWN_HOMES = 12;
const SHOWN_FAULTS = 4;
const SHOWN_PROBLEMS = 3;
// "suspended" is no lack: somebody has said that nobody is at home.
const UNPROTECTED = ["none", "off"];
const BLIND_TO_FALLS = ["not_worn", "silent", "faulty"];
const SHOWN_NAMES = 6;
const isUnprotected = (home) => UNPROTECTED.includes(home.protection);
const seesNoFall = (home) => BLIND_TO_FALLS.includes(home.falls);

export function showHomes(list, homes) {
  const needy = homes.filter((home) => !home.alive || home.faults.length || home.requests.length || home.problems.length);
  const lines = needy.slice(0, SHOWN_HOMES).map((home) => element("li", { class: home.alive ? "" : "silent" },
    element("strong", {}, residentName(home)),
    !home.alive && element("span", {}, `✕ ${word("silent_since", home.heard_at ? momentText(home.heard_at) : word("never"))}`),
    ...home.faults.slice(0, SHOWN_FAULTS).map((fault) => element("span", {}, `⚠ ${faultLine(fault)}`)),
    home.faults.length > SHOWN_FAULTS && element("span", {}, word("more_faults", home.faults.length - SHOWN_FAULTS)),
    isUnprotected(home) && element("span", {}, `◌ ${word("not_protected", protectionWord(home.protection))}`),
    seesNoFall(home) && element("span", {}, `◌ ${word("falls_not_seen", fallWatchWord(home.falls))}`),
    ...gatewaySays(home.problems),
    ...home.requests.map((request) => element("span", {}, `☎ ${faultWord(request.name)} · ${momentText(request.at)}`))));
  if (needy.length > SHOWN_HOMES) lines.push(element("li", {}, word("more", needy.length - SHOWN_HOMES)));
  if (!needy.length) {
    lines.push(homes.length ? element("li", { class: "well" }, `✓ ${word("all_alive")}`) : element("li", { class: "empty" }, word("no_homes")));
  }
  lines.push(...summary("homes_not_protected", homes.filter(isUnprotected)), ...summary("homes_falls_not_seen", homes.filter(seesNoFall)),
    ...summary("homes_away", homes.filter((home) => home.protection === "suspended")));
  list.replaceChildren(...lines);
}

// How many homes lack something, and the first of them by name.
function summary(name, homes) {
  if (!homes.length) return [];
  const names = homes.slice(0, SHOWN_NAMES).map(residentName).join(word("between"));
  return [element("li", { class: "unprotected" }, element("strong", {}, `◌ ${word(name, homes.length)}`),
    element("span", {}, homes.length > SHOWN_NAMES ? word("and_more", names) : names))];
}

// The gateway's own sentences are in English: marked as such, and as nothing that an operator has to understand.
function gatewaySays(problems) {
  if (!problems.length) return [];
  const hidden = problems.length - SHOWN_PROBLEMS;
  return [element("span", {}, `⚠ ${word("house_says")}`),
    ...problems.slice(0, SHOWN_PROBLEMS).map((problem) => element("small", { lang: "en" }, problem)),
    hidden > 0 && element("span", {}, word("more_faults", hidden))];
}

export function showClosed(list, rows) {
  const lines = rows.map((row) => element("li", {},
    element("strong", {}, row.test ? word("with_bracket", typeWord(row.type), word("test")) : typeWord(row.type)),
    element("span", {}, residentName(row)),
    element("span", {}, `${row.result ? resultWord(row.result) : word(row.condition === "cancelled" ? "cancelled" : "filed")} · ${momentText(row.updated_at)}`)));
  list.replaceChildren(...(lines.length ? lines : [element("li", { class: "empty" }, word("none_closed"))]));
}
