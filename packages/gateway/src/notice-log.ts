import { faultSentence, type NodeNotice } from '@vision-light/protocol';
import type { Logger } from 'pino';
import type { NodeHost } from './node-host.js';

/** Writes into the log what happens to a node; tips at `debug`, for there are many. */
export function logNotices(host: NodeHost, log: Logger): void {
  let phase: string | undefined;
  host.subscribe((notice: NodeNotice) => {
    switch (notice.type) {
      case 'ready':
        log.info({ height: notice.tip.height, hash: notice.tip.hash }, 'chain loaded');
        return;
      case 'tip':
        log.debug({ height: notice.tip.height, hash: notice.tip.hash }, 'tip');
        return;
      case 'reorg': {
        const { ancestor, disconnected, connected } = notice.reorg;
        const lengths = { disconnected: disconnected.length, connected: connected.length };
        log.info({ ancestor: ancestor.height, ...lengths }, 'reorg');
        return;
      }
      case 'competing':
        log.info(
          { height: notice.tips[0]?.height, hashes: notice.tips.map(({ hash }) => hash) },
          'competing tips',
        );
        return;
      case 'withheld': {
        const { tip, ...run } = notice.withheld;
        log.warn({ height: tip.height, hash: tip.hash, ...run }, 'blocks seem to have been withheld');
        return;
      }
      case 'status':
        if (notice.status.phase === phase) return;
        phase = notice.status.phase;
        log.info({ peers: notice.status.peers, height: host.node.tip.height }, phase);
        return;
      case 'peer':
        if (notice.change.kind === 'updated') return;
        log.info(
          { peer: notice.change.id, code: notice.change.code, peers: notice.peers.length },
          `peer ${notice.change.kind}`,
        );
        return;
      case 'error':
        log.warn({ code: notice.code, detail: notice.detail || undefined }, faultSentence(notice.code));
    }
  });
}
