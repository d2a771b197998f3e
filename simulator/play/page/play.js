// The floor plan, what a visitor does to it, and what comes of it. Everything shown arrives over one stream.

import { has, switchLanguage, word, writeWords } from "/words.js";

const SVG = "http://www.w3.org/2000/svg";
const QUICK = [
  ["cord-bath", "press", true], ["smoke-kitchen", "smoke_on", true], ["band", "fall", true],
  ["band", "take_off", false], ["door", "leave", false], ["door", "return", false],
];
const LINES = {
  line: ["line_down", "line_up"], broker: ["broker_down", "broker_up"], centre: ["centre_down", "centre_up"],
  local_broker: ["local_broker_down", "local_broker_up"], receivers: ["unplug", "plug"], power: ["power_off", "power_on"],
};
const HIDDEN = new Set(["misbehave", "leave", "return"]);

const $ = (id) => document.getElementById(id);
let plan = null, state = null, chosen = null;

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") element.addEventListener("click", value);
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function draw(tag, attributes = {}, text = "") {
  const element = document.createElementNS(SVG, tag);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.textContent = text;
  return element;
}

async function act(body) {
  const answer = await fetch("/api/do", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  $("refused").textContent = answer.ok ? "" : (await answer.json()).error;
}

const nameOf = (device) => `${word(device.family)} · ${word(device.room)}`;

function drawPlan() {
  const right = Math.max(...plan.rooms.map((room) => room.x + room.width)), bottom = Math.max(...plan.rooms.map((room) => room.y + room.height));
  const svg = $("plan");
  svg.setAttribute("viewBox", `-0.2 -0.2 ${right + 0.4} ${bottom + 0.4}`);
  svg.replaceChildren();
  for (const room of plan.rooms) {
    const group = draw("g", { class: "room" });
    group.append(draw("rect", { x: room.x, y: room.y, width: room.width, height: room.height }));
    group.append(draw("text", { x: room.x + room.width / 2, y: room.y + (room.height < 2 ? 0.42 : 1.1) }, word(room.id)));
    svg.append(group);
  }
  for (const device of plan.devices) svg.append(drawDevice(device));
}

function drawDevice(device) {
  const known = state?.devices[device.id] ?? {};
  const classes = ["device", known.on && "on", (known.gone || known.off_body) && "gone", chosen === device.id && "chosen"].filter(Boolean);
  const group = draw("g", { class: classes.join(" "), tabindex: 0, role: "button", "data-device": device.id, transform: `translate(${device.x} ${device.y})` });
  group.setAttribute("aria-label", `${nameOf(device)} ${said(device)}`);
  const body = device.family === "cord" ? draw("path", { class: "body", d: "M0 -.26 L.26 .2 L-.26 .2 Z" })
    : ["motion", "door"].includes(device.family) ? draw("rect", { class: "body", x: -0.22, y: -0.18, width: 0.44, height: 0.36, rx: 0.08 })
    : draw("circle", { class: "body", r: 0.24 });
  group.append(body, draw("text", { class: "mark", y: device.family === "cord" ? 0.15 : 0.08 }, word(`mark_${device.family}`)));
  const words = said(device);
  if (words) group.append(draw("text", { class: "label", y: 0.46 }, words));
  const choose = () => { chosen = device.id; drawAll(); };
  group.addEventListener("click", choose);
  group.addEventListener("keydown", (event) => { if (["Enter", " "].includes(event.key)) { event.preventDefault(); choose(); } });
  return group;
}

function said(device) {
  const known = state?.devices[device.id] ?? {};
  const words = [known.gone && word("gone"), known.off_body && word("off_body"), known.on && word(device.family === "door" ? "door_open" : "on")];
  return words.filter(Boolean).join(" ");
}

function drawChosen() {
  const device = plan.devices.find((one) => one.id === chosen);
  if (!device) { $("chosen").replaceChildren(make("p", {}, word("choose"))); return; }
  const buttons = make("div", { class: "buttons" });
  const add = (label, body) => buttons.append(make("button", { type: "button", "data-do": body.do + (body.kind ?? body.how ?? ""), onclick: () => act(body) }, label));
  for (const deed of device.deeds) {
    if (HIDDEN.has(deed)) continue;
    if (deed === "fall") for (const kind of ["forward", "backward", "sideways", "slump"]) add(word(`kind_${kind}`), { do: deed, device: device.id, kind });
    else add(word(`do_${deed}`), { do: deed, device: device.id });
  }
  if (device.deeds.includes("misbehave")) for (const how of ["babbling", "stuck", "wrong_checksum", "unplugged"]) add(word(`how_${how}`), { do: "misbehave", device: device.id, how });
  $("chosen").replaceChildren(make("h2", {}, nameOf(device), make("small", {}, `${device.id} ${said(device)}`)), buttons);
}

function drawQuick() {
  const buttons = QUICK.filter(([id]) => plan.devices.some((device) => device.id === id)).map(([device, deed, grave]) =>
    make("button", { type: "button", class: grave ? "grave" : "", "data-quick": deed, onclick: () => act({ do: deed, device }) }, word(`quick_${deed}`)));
  $("quick").replaceChildren(...buttons);
  const lines = Object.entries(LINES).map(([part, [down, up]]) => {
    const broken = state !== null && !state.works[part];
    return make("button", { type: "button", "data-line": part, "aria-pressed": String(broken), onclick: () => act({ do: broken ? up : down }) }, `${broken ? "✕ " : ""}${word(part)}`);
  });
  $("world").replaceChildren(...lines);
}

const typed = (type) => (has(`type_${type}`) ? word(`type_${type}`) : type);

function drawSide() {
  const { status, problems, notes } = state.gateway;
  $("gateway-status").textContent = word(status);
  $("gateway-status").className = `status ${status === "working" ? "" : "bad"}`;
  $("problems").replaceChildren(...problems.map((text) => make("li", {}, text)), ...notes.map((text) => make("li", { class: "note" }, text)));
  const lines = state.said.map((one) => {
    const device = plan.devices.find((known) => known.id === one.device);
    const what = has(`said_${one.state}`) ? word(`said_${one.state}`, one.seconds) : one.state;
    return make("li", { "data-state": one.state }, make("time", {}, one.at.slice(11, 19)), make("b", {}, typed(one.type)), `${what}${device ? ` · ${nameOf(device)}` : ""}`);
  });
  $("said").replaceChildren(...(lines.length ? lines : [make("li", { class: "calm" }, word("nothing_said"))]));
  const { reachable, alarms } = state.desk;
  const rows = alarms.map((row) => make("li", { class: row.priority, "data-type": row.type },
    make("b", {}, typed(row.type)), `${row.room ? word(row.room) : ""} · ${word(`state_${row.state}`)}`));
  const calm = make("li", { class: "calm" }, word(reachable ? "calm" : "desk_off"));
  $("alarms").replaceChildren(...(rows.length ? rows : [calm]));
}

function drawAll() {
  if (plan === null || state === null) return;
  const focused = document.activeElement?.dataset?.device;
  drawPlan(); drawChosen(); drawQuick(); drawSide();
  if (focused) document.querySelector(`[data-device="${CSS.escape(focused)}"]`)?.focus();
}

async function begin() {
  writeWords();
  plan = await (await fetch("/api/plan")).json();
  $("desk-link").href = plan.desk;
  const stream = new EventSource("/api/stream");
  stream.onmessage = (event) => { state = JSON.parse(event.data); $("lost").hidden = true; drawAll(); };
  stream.onerror = () => { $("lost").hidden = false; };
}

$("language").addEventListener("click", () => { switchLanguage(); writeWords(); drawAll(); });
begin();
