// Beside the queue: homes that need a look, and what was closed last.

import { faultLine, residentName } from "./card.js";
import { element } from "./dom.js";
import { momentText } from "./time.js";
import { faultWord, protectionWord, resultWord, typeWord, word } from "./words.js";

const SHOWN_HOMES = 12;
const SHOWN_FAULTS = 4;
const SHOWN_PROBLEMS = 3;
// "suspended" is no lack: somebody has said that nobody is at home.
const UNPROTECTED = ["none", "off"];

export function showHomes(list, homes) {
  const needy = homes.filter((home) => !home.alive || home.faults.length || home.requests.length || home.problems.length);
  const lines = needy.slice(0, SHOWN_HOMES).map((home) => element("li", { class: home.alive ? "" : "silent" },
    element("strong", {}, residentName(home)),
    !home.alive && element("span", {}, `✕ ${word("silent_since", home.heard_at ? momentText(home.heard_at) : word("never"))}`),
    ...home.faults.slice(0, SHOWN_FAULTS).map((fault) => element("span", {}, `⚠ ${faultLine(fault)}`)),
    home.faults.length > SHOWN_FAULTS && element("span", {}, word("more_faults", home.faults.length - SHOWN_FAULTS)),
    UNPROTECTED.includes(home.protection) && element("span", {}, `◌ ${word("not_protected", protectionWord(home.protection))}`),
    ...gatewaySays(home.problems),
    ...home.requests.map((request) => element("span", {}, `☎ ${faultWord(request.name)} · ${momentText(request.at)}`))));
  if (needy.length > SHOWN_HOMES) lines.push(element("li", {}, word("more", needy.length - SHOWN_HOMES)));
  if (!needy.length) {
    lines.push(homes.length ? element("li", { class: "well" }, `✓ ${word("all_alive")}`) : element("li", { class: "empty" }, word("no_homes")));
  }
  const unprotected = homes.filter((home) => UNPROTECTED.includes(home.protection)).length;
  if (unprotected) lines.push(element("li", { class: "unprotected" }, `◌ ${word("homes_not_protected", unprotected)}`));
  list.replaceChildren(...lines);
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
