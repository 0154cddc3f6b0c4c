/** `/checkpoint`: a checkpoint of the chain that this gateway has verified, as JSON. */
import type { Checkpoint } from '@vision-light/protocol';
import { type HttpRoute, jsonAnswer, textAnswer } from './answer.js';

/** A checkpoint, or a sentence that says why there is none. */
export type CheckpointAnswer = Checkpoint | { readonly refusal: string };

/** @param make  undefined until the gateway is ready; `height` is undefined for one that is deep enough */
export function checkpointRoute(
  make: () => ((height: number | undefined) => Promise<CheckpointAnswer>) | undefined,
): HttpRoute {
  return {
    method: 'GET',
    // What is hashed for one is kept; the window takes a few milliseconds.
    cost: 4,
    answer: async ({ url = '' }) => {
      const text = new URLSearchParams(url.split('?')[1] ?? '').get('height');
      if (text !== null && !/^\d{1,15}$/.test(text))
        return textAnswer(400, 'The height must be decimal digits.');
      const answer = await make()?.(text === null ? undefined : Number(text));
      if (answer === undefined) return textAnswer(503, 'The gateway is starting.', { 'retry-after': '1' });
      return 'refusal' in answer
        ? textAnswer(404, answer.refusal)
        : jsonAnswer(200, `${JSON.stringify(answer)}\n`);
    },
  };
}
