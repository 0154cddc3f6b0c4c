/** Where a batch of Bitcoin headers lies while it is worked on. */

/** Headers of a batch at most; a multiple of 4. */
export const HEADERS_MAX: u32 = 2000;
/** Every so many headers a batch writes a parent out, so that as many can be hashed without those before them. */
export const RUN_HEADERS: u32 = 500;
/** Ancestors that the median time looks at. */
export const MEDIAN_SPAN: u32 = 11;

const HEADER_BYTES_MAX: u32 = 50;

/** Bytes of an encoded batch at most. */
export const PAYLOAD_MAX: u32 = HEADERS_MAX * HEADER_BYTES_MAX + (HEADERS_MAX / RUN_HEADERS) * 32;

/** The encoded batch. A decoder that looks for its end after each header reads less than 128 bytes beyond it. */
export const payload: usize = memory.data(<i32>(PAYLOAD_MAX + 128), 16);
/** HEADERS_MAX headers of 80 bytes. */
export const headers: usize = memory.data(<i32>(HEADERS_MAX * 80), 16);
/** HEADERS_MAX hashes of 32 bytes. */
export const hashes: usize = memory.data(<i32>(HEADERS_MAX * 32), 16);
/** Times as u32: of MEDIAN_SPAN ancestors, the parent last, and then of the headers. */
export const times: usize = memory.data(<i32>((MEDIAN_SPAN + HEADERS_MAX) * 4), 16);
