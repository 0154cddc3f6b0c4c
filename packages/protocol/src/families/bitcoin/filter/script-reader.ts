/** Scripts as lists of operations, without running them. @see Bitcoin Core `GetScriptOp` */
import { ByteReader } from '../../../bytes/byte-reader.js';

const opPushData1 = 0x4c;
const opPushData2 = 0x4d;
const opPushData4 = 0x4e;
/** Operations up to this one push something, and do nothing else. */
const opPushMax = 0x60;
/** OP_CHECKSIG, OP_CHECKSIGVERIFY, OP_CHECKMULTISIG, OP_CHECKMULTISIGVERIFY. */
const opCheckSig = 0xac;
const opCheckMultiSigVerify = 0xaf;

interface Operation {
  readonly code: number;
  /** What is pushed; empty for all but pushes of bytes. */
  readonly data: Uint8Array;
}

/** @returns undefined if a push goes beyond the end */
function operationsOf(script: Uint8Array): Operation[] | undefined {
  const reader = new ByteReader(script);
  const operations: Operation[] = [];
  while (reader.remaining > 0 && !reader.failed) {
    const code = reader.u8();
    operations.push({ code, data: reader.view(pushedBytes(code, reader)) });
  }
  return reader.failed ? undefined : operations;
}

function pushedBytes(code: number, reader: ByteReader): number {
  if (code < opPushData1) return code;
  if (code === opPushData1) return reader.u8();
  if (code === opPushData2) return reader.u8() + 0x100 * reader.u8();
  return code === opPushData4 ? reader.u32() : 0;
}

/** @returns what a script pushes, empty for a small number; undefined if it does anything else */
export function pushesOf(script: Uint8Array): Uint8Array[] | undefined {
  const operations = operationsOf(script);
  return operations?.every(({ code }) => code <= opPushMax) ? operations.map(({ data }) => data) : undefined;
}

/** Whether this is a script that checks a signature. */
export function checksSignature(script: Uint8Array): boolean {
  const isCheck = ({ code }: Operation): boolean => code >= opCheckSig && code <= opCheckMultiSigVerify;
  return operationsOf(script)?.some(isCheck) === true;
}
