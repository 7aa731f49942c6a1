export function greeting(guests) {
  if (guests === 0) return 'Welcome! Be the first to sign.';
  return `Welcome! ${guests} ${guests === 1 ? 'guest has' : 'guests have'} signed.`;
}
