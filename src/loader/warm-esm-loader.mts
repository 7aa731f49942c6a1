// Is empty: a standby requires it to load Node's ES module loader.
export const isLoaded = true;
