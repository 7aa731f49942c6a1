// Runs actions one after another, in the order of their arrival. An action that needs a look-up keeps its place in the meantime.

export class EventQueue {
  /** The actions; one without `run` waits for its look-up. */
  readonly #actions: { run?: () => void }[] = [];
  /** Whether actions only queue up: before the start, and while another action runs. */
  #isBlocked = true;

  /** Runs what has queued up, and from now on each action at once. */
  start(): void {
    this.#isBlocked = false;
    this.#run();
  }

  /** Adds an action. One that is added by a running action runs after it. */
  add(run: () => void): void {
    this.#actions.push({ run });
    this.#run();
  }

  /** Adds an action that needs the result of a look-up. Later actions wait for it. */
  async addAfter<Result>(lookUp: Promise<Result>, run: (result: Result) => void): Promise<void> {
    const action: { run?: () => void } = {};
    this.#actions.push(action);
    const result = await lookUp;
    action.run = () => run(result);
    this.#run();
  }

  #run(): void {
    if (this.#isBlocked) return;
    this.#isBlocked = true;
    try {
      while (this.#actions[0]?.run) this.#actions.shift()?.run?.();
    } finally {
      this.#isBlocked = false;
    }
  }
}
