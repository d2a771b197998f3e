// The desk's API and its stream. Every call has a time limit: a silent network is a lost one.

const LIMIT_MILLISECONDS = 5000;

export class Refused extends Error {
  constructor(status, body) {
    super(body.error ?? String(status));
    this.status = status;
    this.body = body;
  }
}

async function call(path, options = {}) {
  const response = await fetch(path, { ...options, cache: "no-store", signal: AbortSignal.timeout(LIMIT_MILLISECONDS) });
  if (response.status === 401) location.reload();
  const body = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Refused(response.status, body);
  return body;
}

function post(path, body) {
  return call(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

export const deskState = () => call("/api/desk");
export const openAlarms = () => call("/api/alarms?state=open&limit=200");
export const closedAlarms = () => call("/api/alarms?state=closed&limit=8");
export const oneAlarm = (id) => call(`/api/alarms/${encodeURIComponent(id)}`);
export const homes = () => call("/api/homes");
export const takeStep = (id, step, body) => post(`/api/alarms/${encodeURIComponent(id)}/${step}`, body);
export const signOut = () => post("/sign-out", {});

// Listens for changed alarms, for ever. `onOpen` runs at each new connection: what came in between must be read anew.
export function listen(onOpen, onAlarm) {
  let source = null;
  const connect = () => {
    source?.close();
    source = new EventSource("/api/stream");
    source.onopen = onOpen;
    source.onmessage = (message) => onAlarm(JSON.parse(message.data));
  };
  connect();
  return { reconnectIfDead: () => { if (source.readyState === EventSource.CLOSED) connect(); }, reconnect: connect };
}
