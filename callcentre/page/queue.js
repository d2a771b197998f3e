// The queue on the screen: rows by id, cards made anew only where something changed, in the order of need.

import { makeCard, updateAge } from "./card.js";

export const CARDS_SHOWN = 200;
const DRAW_MILLISECONDS = 40;
const REMEMBERED_CHANGES = 1000;
const URGENCY = { fire: 0, person: 1 };

export class Queue {
  #rows = new Map();
  #cards = new Map();
  #due = 0;
  #changes = []; // the newest rows that the stream brought, each with its serial number
  #serial = 0;
  #views = new Map(); // per alarm: which panel is open, and its details where they were asked for

  constructor(list, viewOf) {
    this.list = list;
    this.viewOf = viewOf;
  }

  get rows() { return [...this.#rows.values()].sort(inOrderOfNeed); }
  get waiting() { return this.rows.filter((row) => row.state === "none" && !row.silent); }

  // Where the stream is now: take it before a reading of the whole queue, and hand it to `replace` with the answer.
  get mark() { return this.#serial; }

  // Takes a reading of the whole queue that was asked for at `mark`. What the stream brought since then is newer than
  // the answer may be: without it an alarm that came while the answer was under way would vanish again.
  replace(rows, mark) {
    const before = this.#rows;
    this.#rows = new Map(rows.map((row) => [row.id, row]));
    for (const [serial, row] of this.#changes) if (serial > mark) this.#take(row);
    for (const row of this.#rows.values()) if (!isSame(before.get(row.id), row)) this.#cards.delete(row.id);
    this.draw();
  }

  // Takes one changed row; an older one than is known changes nothing.
  apply(row) {
    this.#changes.push([++this.#serial, row]);
    if (this.#changes.length > REMEMBERED_CHANGES) this.#changes.shift();
    if (this.#take(row)) this.redraw(row.id);
  }

  #take(row) {
    const known = this.#rows.get(row.id);
    if (known && (known.updated_at > row.updated_at || isSame(known, row))) return false;
    if (row.state === "resolved" || row.filed) this.#rows.delete(row.id);
    else this.#rows.set(row.id, row);
    return true;
  }

  has(id) { return this.#rows.has(id); }

  view(id) { return this.#views.get(id) ?? { panel: null, details: null, note: "" }; }

  setView(id, change) {
    this.#views.set(id, { ...this.view(id), ...change });
    this.redraw(id);
  }

  // Keeps what somebody is writing without drawing the card anew under the cursor.
  keepNote(id, note) { this.#views.set(id, { ...this.view(id), note }); }

  redraw(id) {
    this.#cards.delete(id);
    this.draw();
  }

  redrawAll() {
    this.#cards.clear();
    this.draw();
  }

  // Draws soon: in a storm of alarms many changes share one drawing.
  draw() {
    this.#due ||= setTimeout(() => { this.#due = 0; this.#paint(); }, DRAW_MILLISECONDS);
  }

  #paint() {
    const rows = this.rows.slice(0, CARDS_SHOWN);
    for (const id of [...this.#cards.keys(), ...this.#views.keys()]) {
      if (!this.#rows.has(id)) { this.#cards.delete(id); this.#views.delete(id); }
    }
    const cards = rows.map((row) => {
      if (!this.#cards.has(row.id)) this.#cards.set(row.id, makeCard(row, { ...this.view(row.id), ...this.viewOf(row) }));
      return this.#cards.get(row.id);
    });
    // Only what is out of place is moved: a button that somebody is about to press keeps its focus.
    const kept = new Set(cards);
    for (const old of [...this.list.children]) if (!kept.has(old)) old.remove();
    cards.forEach((card, place) => { if (this.list.children[place] !== card) this.list.insertBefore(card, this.list.children[place] ?? null); });
  }

  tick() {
    for (const [id, card] of this.#cards) if (this.#rows.has(id)) updateAge(card, this.#rows.get(id));
  }
}

const isLongLie = (row) => Boolean(row.finding?.fall?.long_lie_minutes);
const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

function inOrderOfNeed(one, other) {
  return (URGENCY[one.priority] ?? 2) - (URGENCY[other.priority] ?? 2)
    || (one.state !== "none") - (other.state !== "none")
    || one.test - other.test
    || isLongLie(other) - isLongLie(one)
    || one.received_at.localeCompare(other.received_at)
    || one.id.localeCompare(other.id);
}
