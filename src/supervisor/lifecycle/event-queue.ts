// Runs actions one after another, in the order of their arrival. An action that needs a look-up keeps its place in the meantime.

/** An action in the queue; undefined until its look-up is done. */
interface Slot {
  action: (() => void) | undefined;
}

export class EventQueue {
  readonly #slots: Slot[] = [];
  /** Whether actions only queue up: before the start, and while another action runs. */
  #isBlocked = true;

  /** Runs what has queued up, and from now on each action at once. */
  start(): void {
    this.#isBlocked = false;
    this.#run();
  }

  /** Adds an action. One that is added by a running action runs after it. */
  add(action: () => void): void {
    this.#slots.push({ action });
    this.#run();
  }

  /** Adds an action that needs the result of a look-up. Later actions wait for it. */
  async addAfter<Result>(lookUp: Promise<Result>, action: (result: Result) => void): Promise<void> {
    const slot: Slot = { action: undefined };
    this.#slots.push(slot);
    const result = await lookUp;
    slot.action = () => action(result);
    this.#run();
  }

  #run(): void {
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    try {
      for (let action = this.#next(); action; action = this.#next()) action();
    } finally {
      this.#isBlocked = false;
    }
  }

  /** Removes and returns the first action, unless its look-up is in progress. */
  #next(): (() => void) | undefined {
    return this.#slots[0]?.action && this.#slots.shift()?.action;
  }
}
