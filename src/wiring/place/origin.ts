/** Name of the audit log in its checkpoints, and of the key that signs them. */
export const logOrigin = 'autoland.invalid/log';
