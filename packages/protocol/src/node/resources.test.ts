import { describe, expect, it } from 'vitest';
import { resourcesFor } from './resources.js';

const limits = { uploadBytesPerSecond: 800_000, cpu: 0.8 };

describe('what a node takes of its device', () => {
  it('is what the application allows, as long as nothing is to be saved', () => {
    const all = { ...limits, followsBlocks: true };
    expect(resourcesFor(limits, { savesData: false, battery: undefined })).toEqual(all);
    expect(resourcesFor(limits, { savesData: false, battery: { isCharging: true, level: 0.05 } })).toEqual(
      all,
    );
    expect(resourcesFor(limits, { savesData: false, battery: { isCharging: false, level: 0.31 } })).toEqual(
      all,
    );
  });

  it('is little upload and no blocks where data are to be saved; hashing costs no data', () => {
    expect(resourcesFor(limits, { savesData: true, battery: undefined })).toEqual({
      uploadBytesPerSecond: 100_000,
      cpu: 0.8,
      followsBlocks: false,
    });
  });

  it('is little of everything while a battery is low and not charging', () => {
    expect(resourcesFor(limits, { savesData: false, battery: { isCharging: false, level: 0.3 } })).toEqual({
      uploadBytesPerSecond: 100_000,
      cpu: 0.2,
      followsBlocks: false,
    });
  });
});
