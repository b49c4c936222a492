/** The agents that come with autoland; each has its settings under `agents` in the configuration. */
export const agentNames = ['dependency', 'flag-removal'] as const;
export type AgentName = (typeof agentNames)[number];
