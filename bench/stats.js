// Computes medians, quartiles and ranges.

export function median(values) {
  return quantile(values, 0.5);
}

/** The quantile of the samples, interpolated. */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  return below + (above - below) * (place - Math.floor(place));
}

/** Median (minimum to maximum). */
export function summary(values, digits = 0) {
  if (values.length === 0) return '-';
  const [middle, least, most] = [median(values), Math.min(...values), Math.max(...values)];
  return `${middle.toFixed(digits)} (${least.toFixed(digits)} to ${most.toFixed(digits)})`;
}

/** Median (quartiles): one slow round among many has no effect. */
export function spread(values, digits = 0) {
  if (values.length === 0) return '-';
  const [low, middle, high] = [0.25, 0.5, 0.75].map((share) => quantile(values, share).toFixed(digits));
  return low === middle && middle === high ? middle : `${middle} (${low} to ${high})`;
}
