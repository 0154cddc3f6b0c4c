import { type Metrics, zeroMetrics } from '@vision-light/protocol';
import { describe, expect, it } from 'vitest';
import { COUNTS_PER_REPORT_MAX, MetricsReport } from './metrics-report.js';

const metrics = (changes: Partial<Metrics>): Metrics => ({ ...zeroMetrics(), ...changes });

describe('MetricsReport', () => {
  it('says nothing as long as nothing has changed', () => {
    const report = new MetricsReport();
    expect(report.next(zeroMetrics())).toBeUndefined();
    const some = metrics({ vision_p2p_peers: 2, vision_p2p_headers_sent_total: 7 });
    expect(report.next(some)).toEqual({ vision_p2p_peers: 2, vision_p2p_headers_sent_total: 7 });
    expect(report.next(some)).toBeUndefined();
  });

  it('tells what was added to counters, and gauges as they are, down to 0', () => {
    const report = new MetricsReport();
    report.next(metrics({ vision_p2p_peers: 2, vision_p2p_headers_sent_total: 7 }));
    expect(report.next(metrics({ vision_p2p_peers: 1, vision_p2p_headers_sent_total: 9 }))).toEqual({
      vision_p2p_peers: 1,
      vision_p2p_headers_sent_total: 2,
    });
    expect(report.next(metrics({ vision_p2p_headers_sent_total: 9 }))).toEqual({ vision_p2p_peers: 0 });
  });

  it('tells a new connection the gauges again, and no counter twice', () => {
    const report = new MetricsReport();
    const some = metrics({ vision_p2p_peers: 2, vision_p2p_headers_sent_total: 7 });
    report.next(some);
    report.restart();
    expect(report.next(some)).toEqual({ vision_p2p_peers: 2 });
  });

  it('never adds more than a server takes, and in the end adds all', () => {
    const report = new MetricsReport();
    const some = metrics({
      vision_p2p_headers_sent_total: 800_000,
      vision_p2p_headers_received_total: 400_000,
    });
    const totals: Record<string, number> = {};
    let reports = 0;
    for (let next = report.next(some); next !== undefined; next = report.next(some)) {
      reports++;
      const sum = Object.values(next).reduce((all, count) => all + count, 0);
      expect(sum).toBeLessThanOrEqual(COUNTS_PER_REPORT_MAX);
      for (const [name, count] of Object.entries(next)) totals[name] = (totals[name] ?? 0) + count;
    }
    expect(reports).toBe(3);
    expect(totals).toEqual({
      vision_p2p_headers_sent_total: 800_000,
      vision_p2p_headers_received_total: 400_000,
    });
  });

  it('leaves out what cannot be added up over nodes', () => {
    expect(new MetricsReport().next(metrics({ vision_chain_reorg_depth_last: 3 }))).toBeUndefined();
  });
});
