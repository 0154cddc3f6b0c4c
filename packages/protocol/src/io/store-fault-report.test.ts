import { describe, expect, it } from 'vitest';
import { StoreFaultReport } from './store-fault-report.js';

const quota = { code: 'STORE_QUOTA', detail: 'full' } as const;
const denied = { code: 'STORE_DENIED', detail: '' } as const;

describe('StoreFaultReport', () => {
  it('reports one cause once, whichever parts meet it and however often', () => {
    const codes: string[] = [];
    let full = 0;
    const report = new StoreFaultReport(
      ({ code }) => codes.push(code),
      () => full++,
    );
    for (const part of ['headers', 'bodies', 'headers']) report.failed(part, quota);
    expect(codes).toEqual(['STORE_QUOTA']);
    report.failed('bodies', denied);
    report.failed('headers', denied);
    expect(codes).toEqual(['STORE_QUOTA', 'STORE_DENIED']);
    // Room is made each time that there is none.
    expect(full).toBe(3);
  });

  it('reports a cause again once every part that met it could write meanwhile', () => {
    const codes: string[] = [];
    const report = new StoreFaultReport(
      ({ code }) => codes.push(code),
      () => {},
    );
    report.failed('headers', quota);
    report.failed('bodies', quota);
    // Headers are small: they fit where bodies do not.
    report.works('headers');
    report.failed('headers', quota);
    expect(codes).toEqual(['STORE_QUOTA']);
    report.works('headers');
    report.works('bodies');
    report.failed('bodies', quota);
    expect(codes).toEqual(['STORE_QUOTA', 'STORE_QUOTA']);
  });
});
