/** By somebody, not by its own rollout: a person, whoever holds a token, or a file that says nothing of who made it. */
export function isFromOutside(by: string): boolean {
  return /^(person|token):/.test(by) || by === 'unknown';
}
