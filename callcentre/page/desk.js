// The operators' page: keeps the queue true, says at once when it cannot, and rings until somebody has an alarm.

import { personText, residentName } from "./card.js";
import { icon } from "./dom.js";
import { CARDS_SHOWN, Queue } from "./queue.js";
import * as server from "./server.js";
import { showClosed, showHomes } from "./sidebar.js";
import { enableSound, ring, soundWorks } from "./sound.js";
import { clockText, deskNow, momentText, setDeskTime } from "./time.js";
import { switchLanguage, translateDocument, typeWord, word } from "./words.js";

const POLL_MILLISECONDS = 3000;
const REFETCH_MILLISECONDS = 30000;
const REFETCH_SOON_MILLISECONDS = 700;
const FRAME_MILLISECONDS = 40;
const RING_MILLISECONDS = 5000;
const NOTICE_MILLISECONDS = 8000;
const byId = (id) => document.getElementById(id);

let desk = null; // the last answer of /api/desk
let lost = false;
let asOf = Date.now();
let total = 0;
let lists = { homes: [], closed: [] };
let noticeTimer = 0;
let frameDue = 0;
let refetchDue = 0;

const queue = new Queue(byId("queue"), (row) => ({
  operator: desk?.operator ?? { name: "", role: "auditor" },
  act: (step, body) => act(row, step, body),
  setPanel: (panel) => queue.setView(row.id, { panel }),
  keepNote: (note) => queue.keepNote(row.id, note),
  toggleDetails: () => toggleDetails(row.id),
}));

async function act(row, step, body) {
  try {
    const changed = await server.takeStep(row.id, step, body);
    if (queue.view(row.id).panel) queue.setView(row.id, { panel: null });
    queue.apply(changed);
    if (changed.state === "resolved") await refetchLists();
    await refreshDetails(row.id);
  } catch (error) {
    const holder = error.body?.alarm;
    notice(holder ? word("taken", holder.owner) : word("refused", error.message));
    if (holder) queue.apply(holder);
  }
  drawFrame();
}

async function toggleDetails(id) {
  if (queue.view(id).details) queue.setView(id, { details: null });
  else queue.setView(id, { details: await server.oneAlarm(id) });
}

async function refreshDetails(id) {
  if (queue.view(id).details) queue.setView(id, { details: await server.oneAlarm(id) });
}

async function refetch() {
  const mark = queue.mark;
  const answer = await server.openAlarms();
  queue.replace(answer.alarms, mark);
  total = Math.max(answer.total, queue.rows.length);
  await refetchLists();
  drawFrame();
}

async function refetchLists() {
  const [homes, closed] = await Promise.all([server.homes(), server.closedAlarms()]);
  lists = { homes: homes.homes, closed: closed.alarms };
}

async function poll() {
  try {
    const first = desk === null;
    desk = await server.deskState();
    setDeskTime(desk.now);
    if (lost || first) await refetch();
    if (first) queue.redrawAll(); // cards drawn before it was known who looks at them bear no buttons
    if (lost) stream.reconnect();
    lost = false;
    asOf = Date.now();
    stream.reconnectIfDead();
  } catch {
    lost = true; // whatever the reason: what is on the screen may be old, and the banner says so
  }
  drawFrame();
}

const stream = server.listen(
  () => refetch().catch(() => poll()),
  (row) => {
    const isNew = !queue.has(row.id);
    queue.apply(row);
    total = Math.max(total, queue.rows.length);
    if (isNew && row.state === "none" && !row.silent) ring(row.priority);
    // Beyond what is listed here only the desk can count.
    if (row.state === "resolved" || row.filed || (isNew && total >= CARDS_SHOWN)) refetchSoon();
    frameDue ||= setTimeout(() => { frameDue = 0; drawFrame(); }, FRAME_MILLISECONDS);
  },
);

// However many alarms are closed in one second: one reading of the lists.
function refetchSoon() {
  refetchDue ||= setTimeout(() => { refetchDue = 0; refetch().catch(() => poll()); }, REFETCH_SOON_MILLISECONDS);
}

function drawFrame() {
  const rows = queue.rows;
  const deaf = lost || (desk !== null && !desk.broker.connected);
  banner("server-lost", lost, word("server_lost", clockText(asOf)));
  banner("broker-lost", !lost && deaf, deaf && desk ? word("broker_lost", momentText(desk.broker.since)) : "");
  byId("open-count").textContent = rows.length || desk ? Math.max(rows.length, rows.length ? total : 0) : "–";
  byId("calm").hidden = rows.length > 0 || desk === null;
  byId("calm").classList.toggle("deaf", deaf);
  byId("calm-more").textContent = word(deaf ? "calm_deaf" : "calm_more");
  const shown = Math.min(rows.length, CARDS_SHOWN);
  byId("more").hidden = total <= shown;
  byId("more").textContent = word("more", total - shown);
  byId("language").textContent = word("other_language");
  byId("sound").replaceChildren(icon(soundWorks() ? "bell" : "mute"), word(soundWorks() ? "sound_on" : "sound_off"));
  byId("sound").classList.toggle("off", !soundWorks());
  if (desk) drawDesk();
  showHomes(byId("homes"), lists.homes);
  showClosed(byId("closed"), lists.closed);
}

function drawDesk() {
  byId("district").textContent = desk.district;
  byId("operator").textContent = personText(desk.operator.name, desk.operator.role);
  const alive = document.createElement("span");
  alive.textContent = `● ${word("alive", desk.homes.alive)}`;
  const silent = document.createElement("span");
  silent.textContent = `✕ ${word("silent", desk.homes.silent)}`;
  silent.className = desk.homes.silent ? "some" : "";
  byId("homes-count").replaceChildren(alive, silent);
}

function banner(id, shown, text) {
  const element = byId(id);
  element.hidden = !shown;
  if (shown && element.textContent !== text) element.textContent = text;
}

function notice(text) {
  banner("notice", true, text);
  clearTimeout(noticeTimer);
  noticeTimer = setTimeout(() => banner("notice", false, ""), NOTICE_MILLISECONDS);
}

function tick() {
  byId("clock").textContent = clockText(deskNow());
  queue.tick();
  const [first] = queue.waiting;
  const flash = first && Math.floor(Date.now() / 1000) % 2 === 0;
  document.title = flash ? `● ${word("new_alarm")} · ${typeWord(first.type)} · ${residentName(first)}`
    : `${queue.rows.length ? `(${queue.rows.length}) ` : ""}${word("brand")}`;
}

byId("sound").addEventListener("click", async () => { await enableSound(); ring("person"); drawFrame(); });
byId("language").addEventListener("click", () => { switchLanguage(); translateDocument(); queue.redrawAll(); drawFrame(); tick(); });
byId("sign-out").addEventListener("click", async () => { await server.signOut(); location.reload(); });
document.addEventListener("click", () => enableSound().then(drawFrame), { once: true });

translateDocument();
tick();
poll();
setInterval(tick, 1000);
setInterval(poll, POLL_MILLISECONDS);
setInterval(() => { if (!lost) refetch().catch(() => poll()); }, REFETCH_MILLISECONDS);
setInterval(() => { const [first] = queue.waiting; if (first) ring(first.priority); }, RING_MILLISECONDS);
