/**
 * The types of the ways into the library, as an application meets them. tests/node/packed-package.test.ts checks this file against
 * the packed package; `npm run lint` checks it against the sources. What is marked must not type-check.
 */
import type { createLightNode, LightNodeHandle, Tip, Trust } from '@vision-light/browser-node';
import { defaultTexts, type StatusTexts, VisionLightStatusElement } from '@vision-light/browser-node/element';
import {
  LightNodeProvider,
  type NodeState,
  useLightNode,
  useStatus,
  useTip,
  useTrust,
  useTx,
} from '@vision-light/browser-node/react';
import type { VisionLightScript } from '@vision-light/browser-node/vision-light.js';
import { createElement, type ReactElement } from 'react';

/** True only if two types are the same, `any` included. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

function Height(): ReactElement {
  const tip = useTip();
  true satisfies Same<typeof tip, Tip | undefined>;
  const status = useStatus();
  true satisfies Same<NonNullable<typeof status>['peers'], number>;
  const trust = useTrust();
  true satisfies Same<typeof trust, Trust | undefined>;
  const state = useLightNode();
  true satisfies Same<typeof state, NodeState>;
  true satisfies Same<typeof state.node, LightNodeHandle | undefined>;
  const transaction = useTx('00'.repeat(32));
  if (transaction?.kind === 'included') true satisfies Same<typeof transaction.confirmations, number>;
  // @ts-expect-error: an id is text
  useTx(7);
  return createElement('output', null, tip?.height);
}

/** Both ways to give the components a node. */
export const trees = (node: LightNodeHandle): readonly ReactElement[] => [
  createElement(
    LightNodeProvider,
    { options: { signal: ['https://signal.example'] } },
    createElement(Height),
  ),
  createElement(LightNodeProvider, { node }, createElement(Height)),
  // @ts-expect-error: neither a node nor options
  createElement(LightNodeProvider, {}),
  // @ts-expect-error: signal is missing
  createElement(LightNodeProvider, { options: {} }),
];

/** The element by its class and by its name. */
export function showStatus(node: LightNodeHandle): VisionLightStatusElement {
  const made = document.createElement('vision-light-status');
  true satisfies Same<typeof made, VisionLightStatusElement>;
  true satisfies Same<typeof made.node, LightNodeHandle | undefined>;
  made.node = node;
  const texts: StatusTexts = { ...defaultTexts, height: 'Höhe' };
  made.texts = texts;
  // @ts-expect-error: a node is no text
  made.node = 'vision-devnet';
  return new VisionLightStatusElement();
}

true satisfies Same<typeof VisionLight, VisionLightScript>;
true satisfies Same<VisionLightScript['createLightNode'], typeof createLightNode>;
