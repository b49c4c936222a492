/** How a model server speaks. */
export const modelProviders = ['anthropic', 'openai', 'openai-compatible'] as const;
export type ModelProvider = (typeof modelProviders)[number];

/** Where the makers of a wire serve it themselves; undefined: whoever runs the server says where it is. */
export const ownUrls: Readonly<Record<ModelProvider, string | undefined>> = {
  anthropic: 'https://api.anthropic.com',
  openai: 'https://api.openai.com/v1',
  'openai-compatible': undefined,
};
