/** Names that the workers of the worker script are given, by role. A worker reads its role from its name. */
export const workerNames = { node: 'vision-light node', pow: 'vision-light pow' } as const;
