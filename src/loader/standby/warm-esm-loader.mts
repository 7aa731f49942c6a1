// Loaded by a standby, which brings up Node's loader of ES modules.
export const isLoaded = true;
