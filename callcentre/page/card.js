// One alarm as a card: what, who, where, since when, who has it, and one obvious next step.

import { element, icon } from "./dom.js";
import { findingText } from "./finding.js";
import { ageText, durationText, momentText } from "./time.js";
import { detailWord, faultWord, placeWord, priorityWord, resultWord, roomWord, sourceWord, RESULT_NAMES, typeIcon, typeWord, word } from "./words.js";

const STATES = ["none", "accepted", "dispatched", "arrived"];
const NEXT_STEP = { none: "accept", accepted: "dispatch", dispatched: "arrive", arrived: "resolve" };
const MINUTES = [5, 10, 15, 20, 30, 45, 60];

export const personText = (name, role) => word("with_bracket", name, word(role));
export const residentName = (row) => row.resident_name ?? row.pseudonym ?? row.gateway;

// `view` is what this screen knows beside the row: {operator, panel, details, note, act, setPanel, keepNote, toggleDetails}.
export function makeCard(row, view) {
  const flags = [row.priority, row.test && "test", row.late && "late", row.state === "none" && !row.silent && "waiting"];
  return element("li", { class: `card ${flags.filter(Boolean).join(" ")}`, "data-id": row.id, "data-state": row.state },
    what(row), who(row), age(row), steps(row, view),
    view.panel === "resolve" && resolvePanel(row, view),
    view.details && details(view.details));
}

export function updateAge(card, row) {
  card.querySelector(".age").textContent = ageText(row.since, row.since_known);
}

function what(row) {
  return element("div", { class: "what" },
    element("span", { class: "shape" }, icon(typeIcon(row.type))),
    element("strong", { class: "type" }, typeWord(row.type)),
    element("span", { class: "priority" }, priorityWord(row.priority)));
}

function who(row) {
  return element("div", { class: "who" },
    element("div", { class: "badges" }, ...badges(row)),
    element("div", { class: "name" }, residentName(row)),
    row.finding && element("div", { class: "finding" }, findingText(row.finding)),
    element("div", { class: "where" },
      element("span", { class: "room" }, row.room ? roomWord(row.room) : word("whole_home")),
      element("span", { class: "address" }, row.resident_address ?? `${word("gateway")} ${row.gateway}`)),
    row.location && element("div", { class: "location" }, locationText(row.location)));
}

// Text only: no map is asked for, which would tell somebody else where the resident is.
function locationText(place) {
  const degrees = `${place.latitude.toFixed(6)}, ${place.longitude.toFixed(6)}`;
  return word("location", degrees) + [
    place.accuracy_m === null ? word("accuracy_unknown") : word("accuracy", Math.round(place.accuracy_m)),
    place.age_seconds === null ? word("fix_age_unknown") : word("fix_age", durationText(place.age_seconds)),
    sourceWord(place.source),
    place.datum === "gcj02" && word("converted"),
  ].filter(Boolean).map((part) => ` · ${part}`).join("");
}

function badges(row) {
  const made = [];
  const badge = (kind, symbol, text) => made.push(element("span", { class: `badge ${kind}` }, icon(symbol), text));
  if (row.test) badge("is-test", "tool", word("test"));
  if (row.late) badge("is-late", "still", word("late"));
  if (!row.understood) badge("is-odd", "unknown", word("unreadable_hint"));
  if (row.condition !== "active") badge("is-over", "tick", word(row.condition));
  if (row.repeat_count > 1) badge("is-repeated", "again", word("repeated", row.repeat_count));
  if (row.battery_low) badge("is-battery", "battery", word("battery_low"));
  return made;
}

function age(row) {
  return element("div", { class: "since" },
    element("div", { class: "age" }, ageText(row.since, row.since_known)),
    element("div", { class: "at" }, word("since", momentText(row.since))),
    element("ol", { class: "track" }, ...STATES.map((state, rank) =>
      element("li", { class: rank <= STATES.indexOf(row.state) ? "done" : "" }, word(state)))));
}

function steps(row, view) {
  const mine = row.owner === view.operator.name;
  const owner = row.owner === null ? word("nobody") : mine ? word("mine") : word("owned", personText(row.owner, row.owner_role));
  const made = element("div", { class: "steps" },
    element("div", { class: "owner" }, owner, row.minutes !== null && row.state === "dispatched" && ` · ${word("minutes", row.minutes)}`));
  const button = (step, kind, onclick) =>
    made.append(element("button", { type: "button", class: kind, "data-step": step, onclick }, word(step)));
  const mayAct = ["operator", "supervisor"].includes(view.operator.role);
  const next = NEXT_STEP[row.state];
  if (!mayAct) made.append(element("p", { class: "hint" }, word("read_only")));
  else if (row.owner === null || mine) {
    if (next === "dispatch") made.append(minutesChoice());
    button(next, "next", () => (next === "resolve" ? view.setPanel("resolve") : view.act(next, minutesBody(made))));
    if (next !== "resolve" && row.owner !== null) button("resolve", "quiet", () => view.setPanel("resolve"));
  } else if (view.operator.role === "supervisor") button("take_over", "next", () => view.act("accept", {}));
  made.append(element("button", { type: "button", class: "quiet", "data-step": "details", onclick: view.toggleDetails },
    word(view.details ? "less" : "details")));
  return made;
}

function minutesChoice() {
  return element("label", { class: "minutes" }, word("minutes_label"),
    element("select", {},
      element("option", { value: "" }, word("minutes_unknown")),
      ...MINUTES.map((count) => element("option", { value: count }, word("minutes_option", count)))));
}

function minutesBody(steps) {
  const chosen = steps.querySelector("select")?.value;
  return chosen ? { minutes: Number(chosen) } : {};
}

function resolvePanel(row, view) {
  const note = element("input", { type: "text", maxlength: "1000", "aria-label": word("note"), placeholder: word("note") });
  note.value = view.note;
  note.addEventListener("input", () => view.keepNote(note.value));
  const choose = (result) => view.act("resolve", note.value ? { result, note: note.value } : { result });
  const names = row.test ? ["test", ...RESULT_NAMES.filter((name) => name !== "test")] : RESULT_NAMES;
  return element("div", { class: "panel-resolve" },
    element("strong", {}, word("choose_result")),
    element("div", { class: "results" }, ...names.map((name) =>
      element("button", { type: "button", "data-result": name, onclick: () => choose(name) }, resultWord(name)))),
    note,
    element("button", { type: "button", class: "quiet", onclick: () => view.setPanel(null) }, word("cancel")));
}

function details(full) {
  const card = full.resident ?? {};
  const line = (name, value) => value && element("div", {}, element("dt", {}, word(name)), element("dd", {}, value));
  const device = [full.device, full.model, full.gateway].filter(Boolean).join(" · ");
  return element("div", { class: "details" },
    element("dl", {},
      !card.name && element("div", {}, element("dt", {}, word("no_card")), element("dd", {}, full.pseudonym ?? "–")),
      line("telephone", card.telephone), line("address", card.address), line("remark", card.note), line("device", device)),
    full.history.length > 0 && element("div", {}, element("strong", {}, word("history")),
      element("ul", {}, ...full.history.map((entry) => element("li", {},
        `${momentText(entry.at)}  ${word(entry.action)} · ${personText(entry.name, entry.role)}${entry.detail ? ` · ${resultWord(entry.detail)}` : ""}`)))));
}

// Of a device that lies in a drawer nothing is broken.
const faultText = (fault) => (fault.detail === "not_worn" ? detailWord(fault.detail)
  : [faultWord(fault.name), fault.detail && detailWord(fault.detail)].filter(Boolean).join(word("colon")));
export const faultLine = (fault) => [faultText(fault), fault.room && roomWord(fault.room), fault.device && placeWord(fault.device)].filter(Boolean).join(" · ");
