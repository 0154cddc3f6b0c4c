/** Every way in which the bytes of a compact filter can be wrong by themselves. Stable, as all codes. */
export const filterFaults = {
  FILTER_TOO_LARGE: 'The filter is larger than that of any block can be.',
  FILTER_MALFORMED:
    'The filter is not a count and so many items, or not in the only form that they can have.',
} as const;

/** A code of {@link filterFaults}. */
export type FilterFault = keyof typeof filterFaults;
