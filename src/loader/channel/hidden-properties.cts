// Properties that Node's own code needs on `process`, and that the app must not see there. Knows nothing of what they are.

/** Properties of `process` that are there only while Node's own code runs. */
export class HiddenProperties {
  readonly #keys: readonly (string | symbol)[];
  /** Those that are not to be seen: Node's while it is hidden, the app's own of the same names while it is not. */
  #away: PropertyDescriptorMap = {};
  #depth = 0;

  constructor(keys: readonly (string | symbol)[]) {
    this.#keys = keys;
    this.#exchange();
  }

  /** Runs Node's code. */
  during<T>(run: () => T): T {
    if (this.#depth++ === 0) this.#exchange();
    try {
      return run();
    } finally {
      if (--this.#depth === 0) this.#exchange();
    }
  }

  #exchange(): void {
    const away: PropertyDescriptorMap = {};
    for (const key of this.#keys) {
      const descriptor = Object.getOwnPropertyDescriptor(process, key);
      if (!descriptor) continue;
      away[key] = descriptor;
      Reflect.deleteProperty(process, key);
    }
    Object.defineProperties(process, this.#away);
    this.#away = away;
  }
}
