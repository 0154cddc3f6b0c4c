/** What the library's files that are loaded late see of a node, where the node is a simulated one. */
import type { NodeFace } from '../../packages/browser-node/src/streams/node-face.js';
import { defined } from '../../packages/protocol/src/assert.js';
import type { SimNode, World } from './world.js';

/** What answers the calls of such a file, by name. */
type Answers = Readonly<Record<string, (...args: never[]) => unknown>>;

export const errorOf = (code: string): Error => Object.assign(new Error(code), { code });

/** @param called  told of each call before it is answered; it may throw */
export function simNodeFace(
  world: World,
  node: SimNode,
  answers: Answers,
  called: (name: string) => void = () => {},
): { readonly face: NodeFace<string>; close(): void } {
  const { core, id } = node;
  let end = (): void => {};
  const closed = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    face: {
      get tip() {
        return core.tip;
      },
      get status() {
        return core.status;
      },
      closed,
      header: async (height) => core.header(height),
      call: async (name, ...args) => {
        called(name);
        return defined(answers[name], `${name} is answered`)(...(args as never[])) as never;
      },
      errorOf,
      later: (ms, callback) => world.after(ms, callback),
    },
    close: () => {
      if (world.nodes.has(id)) world.kill(id);
      end();
    },
  };
}
