/**
 * Directions, blanks of no width, tags and the selectors that can carry bytes. Joiners are part of words and emoji, so
 * only those between plain letters count. A byte order mark counts but at the beginning.
 */
export const invisible =
  /\u034f|[\u00ad\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\uffa0]|[\u{e0000}-\u{e0fff}]|(?<=[\w$])[\u200c\u200d](?=[\w$])|(?:[\ufe00-\ufe0f]){2}|(?!^)\ufeff/u;
