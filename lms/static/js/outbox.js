/* What the learner has done and the server has not yet acknowledged. It lies in the browser's own
   store, so that neither a closed tab nor a lost connection takes it, and leaves it when the server
   has said that it is saved. One entry per thing (a question, a tick, a text, the place) and open
   page; the later change replaces the earlier. Sending the same again changes nothing there. */
const PATIENCE = 30_000;
const LONGEST_WAIT = 30_000;
// So often the server may fail on one entry before it is left until the reader comes back.
const TRIES = 4;
// Browsers let no more than this leave with a page that closes.
const LAST_WORDS = 60_000;

export class SignedOut extends Error {}
class Failed extends Error {}
export class Refused extends Error {
  constructor(message, { final = false, gone = false } = {}) {
    super(message);
    this.final = final;
    this.gone = gone;
  }
}

function stored(prefix) {
  const found = new Map();
  try {
    for (let place = 0; place < localStorage.length; place += 1) {
      const key = localStorage.key(place);
      if (key.startsWith(prefix)) found.set(key, JSON.parse(localStorage.getItem(key)));
    }
  } catch {
    // A browser that keeps nothing: the page itself still does.
  }
  return found;
}

function sequenceStored(key) {
  try {
    return JSON.parse(localStorage.getItem(key))?.sequence ?? 0;
  } catch {
    return 0;
  }
}

/* Whether it lies in the store afterwards. */
function store(key, value) {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, JSON.stringify(value));
    return value !== null;
  } catch {
    // What an earlier change left must not be taken for this one.
    try {
      localStorage.removeItem(key);
    } catch {
      // A browser that keeps nothing.
    }
    return false;
  }
}

export class Outbox extends EventTarget {
  /* `prefix` names the enrolment, `earlier` those that it goes on from: what they could not send
     is sent too. `token()` gives the form token, `renew()` fetches a fresh one and throws SignedOut
     where there is nobody to fetch it for. */
  constructor(prefix, { earlier = [], token, renew }) {
    super();
    this.prefix = prefix;
    this.token = token;
    this.renew = renew;
    this.client = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
    this.sequence = 0;
    this.latest = 0;
    this.entries = new Map([...earlier, prefix].flatMap((each) => [...stored(each)]));
    this.due = new Map();
    // What is on the open page alone, as the browser's store is full or must not have it.
    this.unstored = new Set();
    // How often the server has failed on what: such an entry is sent alone, and last.
    this.faults = new Map();
    this.timer = 0;
    this.failures = 0;
    this.queue = Promise.resolve(true);
    this.lastWords = 0;
    // The latest change that arrived, and the latest moment at which that can have been.
    this.arrived = { sequence: 0, at: 0 };
    window.addEventListener("online", () => this.retry());
    document.addEventListener("visibilitychange", () => (document.hidden ? this.last() : this.retry()));
    window.addEventListener("pagehide", () => this.last());
  }

  /* What waits for an acknowledgement, oldest first; the place is no answer. */
  waiting() {
    return [...this.entries.values()]
      .filter((entry) => entry.kind !== "place")
      .sort((one, other) => one.given - other.given);
  }

  has(thing) {
    return [...this.entries.values()].some((entry) => entry.thing === thing);
  }

  /* `change` says what was done and where it is sent; `delay` waits for more of the same. `apart`
     keeps it out of the browser's store. */
  put(thing, change, { delay = 0, apart = false } = {}) {
    this.latest = Math.max(this.latest, Date.now());
    this.sequence += 1;
    this.drop(thing);
    const entry = { ...change, thing, client: this.client, sequence: this.sequence, given: this.latest };
    const key = `${this.prefix}${thing}|${this.client}`;
    this.entries.set(key, entry);
    this.due.set(key, Date.now() + delay);
    if (store(key, apart ? null : entry)) this.unstored.delete(key);
    else this.unstored.add(key);
    this.tell();
    if (!this.failures) this.plan();
  }

  drop(thing) {
    for (const [key, entry] of this.entries) if (entry.thing === thing) this.forget(key);
  }

  /* What is stored may be newer than what this page has read: then the page that wrote it sends it. */
  forget(key) {
    const sequence = this.entries.get(key)?.sequence ?? 0;
    this.entries.delete(key);
    this.due.delete(key);
    this.faults.delete(key);
    this.unstored.delete(key);
    if (sequenceStored(key) <= sequence) store(key, null);
  }

  isStuck(key) {
    return (this.faults.get(key) ?? 0) >= TRIES;
  }

  /* Whether the server cannot take something that was done here. */
  get stuck() {
    return [...this.entries].some(([key, entry]) => entry.kind !== "place" && this.isStuck(key));
  }

  /* Whether something would be lost with the page. */
  get onlyHere() {
    return [...this.unstored].some((key) => this.entries.get(key)?.kind !== "place");
  }

  tell(name = "changed", detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  plan() {
    window.clearTimeout(this.timer);
    const moving = [...this.entries.keys()].filter((key) => !this.isStuck(key));
    if (!moving.length) return;
    const next = Math.min(...moving.map((key) => this.due.get(key) ?? 0));
    this.timer = window.setTimeout(() => this.run(), Math.max(0, next - Date.now()));
  }

  retry() {
    if (!this.entries.size) return;
    this.failures = 0;
    this.faults.forEach((_count, key) => this.faults.set(key, 1));
    this.plan();
  }

  /* Sends all there is, without waiting for more of the same; whether nothing is left. */
  async flush() {
    for (let round = 0; round < 50 && this.waiting().length; round += 1) {
      this.due.clear();
      if (!(await this.run()) || this.stuck) return false;
    }
    return !this.waiting().length;
  }

  /* One request at a time; whether the server answered. */
  run() {
    this.queue = this.queue.then(() => this.step());
    return this.queue;
  }

  async step() {
    window.clearTimeout(this.timer);
    const batch = this.next();
    if (!batch.length) this.failures = 0;
    const answered = batch.length ? await this.send(batch) : true;
    if (answered) this.plan();
    return answered;
  }

  /* The next request's entries: the answers of one page to one attempt, or one of the others. */
  next() {
    const now = Date.now();
    const faults = (key) => this.faults.get(key) ?? 0;
    const ready = [...this.entries]
      .filter(([key]) => (this.due.get(key) ?? 0) <= now && !this.isStuck(key))
      .sort(([oneKey, one], [otherKey, other]) =>
        faults(oneKey) - faults(otherKey) ||
        (one.kind === "place") - (other.kind === "place") || one.given - other.given);
    const [first] = ready;
    if (!first) return [];
    return ready.filter((each) => each === first || this.together(first, each)).slice(0, 100);
  }

  together([oneKey, one], [otherKey, other]) {
    return (
      !this.faults.has(oneKey) && !this.faults.has(otherKey) &&
      one.kind === "answer" && other.kind === "answer" &&
      one.url === other.url && one.attempt === other.attempt && one.client === other.client
    );
  }

  async send(batch, keepalive = false) {
    const started = Date.now();
    try {
      const data = await this.ask(...request(batch.map(([, entry]) => entry), this.given), keepalive);
      this.noteArrival(batch, Date.now() - started);
      this.acknowledge(batch);
      this.failures = 0;
      this.tell("saved", { entries: batch.map(([, entry]) => entry), data });
      return true;
    } catch (error) {
      if (error instanceof Refused) {
        this.acknowledge(batch);
        this.failures = 0;
        this.tell("refused", { entries: batch.map(([, entry]) => entry), error });
        return true;
      }
      if (error instanceof Failed && !this.noteFault(batch)) return true;
      this.failures += 1;
      const wait = Math.min(LONGEST_WAIT, 1000 * 2 ** (this.failures - 1));
      this.timer = window.setTimeout(() => this.run(), wait);
      this.tell(error instanceof SignedOut ? "signed-out" : "unreachable");
      return false;
    }
  }

  /* By the server's clock a change was given when it arrived less its age, and so a little later
     than here: as much as it was on its way. What was made after it must not seem older because
     its own way was shorter. */
  given = (entry) =>
    entry.client === this.client && entry.sequence > this.arrived.sequence
      ? Math.max(entry.given, this.arrived.at)
      : entry.given;

  /* The server failed on these; whether it is to be left alone for a while. One of many may be to
     blame, and so they are first sent one by one. */
  noteFault(batch) {
    for (const [key, entry] of batch) {
      if (this.entries.get(key)?.sequence === entry.sequence) {
        this.faults.set(key, (this.faults.get(key) ?? 0) + 1);
      }
    }
    return batch.length === 1;
  }

  noteArrival(batch, duration) {
    for (const [, entry] of batch) {
      if (entry.client !== this.client) continue;
      this.arrived.sequence = Math.max(this.arrived.sequence, entry.sequence);
      this.arrived.at = Math.max(this.arrived.at, entry.given + duration);
    }
  }

  /* Takes away what was sent, unless it has changed since. */
  acknowledge(batch) {
    for (const [key, entry] of batch) {
      if (this.entries.get(key)?.sequence === entry.sequence) this.forget(key);
    }
  }

  /* Asks the server; its data. Throws Refused, SignedOut, or anything for no answer. */
  async ask(url, body, headers = {}, keepalive = false) {
    const answer = await this.fetch(url, body, headers, keepalive);
    if (answer.status !== 403) return read(answer);
    await this.renew();
    return read(await this.fetch(url, body, headers, keepalive));
  }

  fetch(url, body, headers, keepalive) {
    return fetch(url, {
      method: body === undefined ? "GET" : "POST",
      body,
      headers: { Accept: "application/json", "X-CSRFToken": this.token(), ...headers },
      redirect: "manual",
      signal: AbortSignal.timeout(PATIENCE),
      keepalive,
    });
  }

  /* The page may be closing: everything leaves at once, beside what is on its way. */
  last() {
    if (Date.now() - this.lastWords < 500) return;
    this.lastWords = Date.now();
    const batches = [];
    for (const each of this.entries) {
      const batch = batches.find(([first]) => this.together(first, each));
      if (batch) batch.push(each);
      else batches.push([each]);
    }
    let left = LAST_WORDS;
    for (const batch of batches) {
      left -= 4 * String(request(batch.map(([, entry]) => entry), this.given)[1]).length;
      this.send(batch, left > 0);
    }
  }
}

/* How old a change is: the page's clock may be wrong, the time that has passed by it is not. */
function age(given) {
  return Math.max(0, Date.now() - given);
}

function request(entries, given) {
  const [first] = entries;
  if (first.kind === "answer") {
    const changes = entries.map((entry) => ({
      question: entry.question,
      sequence: entry.sequence,
      age: age(given(entry)),
      fields: entry.fields,
    }));
    const body = { attempt: first.attempt, shuffle: first.shuffle, client: first.client, changes };
    return [first.url, JSON.stringify(body), { "Content-Type": "application/json" }];
  }
  const body = new URLSearchParams(first.fields);
  for (const name of ["client", "sequence"]) body.set(name, first[name]);
  body.set("age", age(given(first)));
  return [first.url, body, {}];
}

async function read(answer) {
  if (answer.type === "opaqueredirect" || answer.status === 403) throw new SignedOut();
  if (answer.status === 204) return {};
  // A page where data was due comes from somewhere on the way, not from the product.
  if (answer.status === 500) throw new Failed();
  const isJson = answer.headers.get("Content-Type")?.includes("application/json");
  if (answer.status >= 500 || !isJson) throw new Error(String(answer.status));
  const data = await answer.json();
  if (!answer.ok || data.error) throw new Refused(data.error ?? "", data);
  return data;
}
