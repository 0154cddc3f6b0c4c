/**
 * Replays a vector file, whichever groups it holds. The format: docs/chains/vision.md §15 and
 * docs/chains/vision-devnet.md §9.
 */
import { type JsonValue, parseLosslessJson } from '@vision-light/protocol';
import { customChainChecks, producerChainChecks, variantChecks } from './chain-groups.js';
import { type Check, Mismatch, type Outcome, runChecks } from './check.js';
import { constantChecks } from './constant-group.js';
import { checkCollision, headerGroups } from './header-groups.js';
import { type CaseChecks, primitiveGroups } from './primitive-groups.js';
import { VectorCase } from './vector-case.js';

/** Members of `constants` that describe only the existing node (docs/chains/vision.md §15). */
const unchecked = /^econ_hash_/;

const caseGroups: CaseChecks = { ...primitiveGroups, ...headerGroups };

/** What else the groups of a file may need. */
export interface VectorContext {
  /** `chain_a_producer_rule` for a file that holds variants of that chain but not the chain. */
  readonly producerChain: () => JsonValue;
}

/**
 * One check for each case. An unknown group is a failed check, and so is a file without any.
 *
 * @param text  the file
 * @throws {SyntaxError} if it is not a JSON object
 */
export function checkVectors(text: string, context: VectorContext): Outcome {
  const file = parseLosslessJson(text);
  if (typeof file !== 'object' || file === null || Array.isArray(file))
    throw new SyntaxError('not a JSON object of groups');
  const outcomes = Object.entries(file).map(([name, group]) => {
    const outcome = runChecks(checksOf(name, group, file, context));
    const lines = outcome.lines.map((line) => line.replace('failed: ', `failed: ${name}: `));
    return {
      ...outcome,
      lines: [`${name}: ${outcome.passed} of ${outcome.passed + outcome.failed}`, ...lines],
    };
  });
  if (outcomes.length === 0) return { passed: 0, failed: 1, lines: ['failed: the file holds no groups'] };
  return {
    passed: outcomes.reduce((sum, outcome) => sum + outcome.passed, 0),
    failed: outcomes.reduce((sum, outcome) => sum + outcome.failed, 0),
    lines: outcomes.flatMap((outcome) => outcome.lines),
  };
}

/** The checks of a group; one that fails if they cannot even be counted. */
function checksOf(
  name: string,
  group: JsonValue,
  file: Record<string, JsonValue>,
  context: VectorContext,
): Check[] {
  try {
    const checks = listChecks(name, group, file, context);
    return checks.length > 0 ? checks : [failure('no cases')];
  } catch (error) {
    if (error instanceof Mismatch || error instanceof TypeError || error instanceof RangeError)
      return [failure(error.message)];
    throw error;
  }
}

function failure(message: string): Check {
  return {
    name: 'group',
    run: () => {
      throw new Mismatch(message);
    },
  };
}

function listChecks(
  name: string,
  group: JsonValue,
  file: Record<string, JsonValue>,
  context: VectorContext,
): Check[] {
  const each = Object.hasOwn(caseGroups, name) ? caseGroups[name] : undefined;
  if (each !== undefined) {
    const cases = Array.isArray(group) ? group : [group];
    return cases.map((json, i) => ({ name: `case ${i}`, run: () => each(new VectorCase(json)) }));
  }
  switch (name) {
    case 'constants':
      return constantsChecks(new VectorCase(group));
    case 'header_collision': {
      const pair = new VectorCase(group);
      return pair
        .list('headers')
        .map((_, i) => ({ name: `header ${i}`, run: () => checkCollision(pair, i) }));
    }
    case 'chain_a_producer_rule':
      return producerChainChecks(new VectorCase(group));
    case 'devnet_chain':
      return customChainChecks(new VectorCase(group));
    case 'chain_a_invalid_mutations':
    case 'chain_a_valid_variants': {
      const chain = new VectorCase(file.chain_a_producer_rule ?? context.producerChain());
      if (!Array.isArray(group)) throw new Mismatch('not a list');
      return variantChecks(
        group.map((json) => new VectorCase(json)),
        chain,
        name === 'chain_a_valid_variants',
      );
    }
    default:
      return [failure('unknown group')];
  }
}

function constantsChecks(group: VectorCase): Check[] {
  const names = group.members.filter((name) => !unchecked.test(name));
  return names.map((name) => {
    const check = Object.hasOwn(constantChecks, name) ? constantChecks[name] : undefined;
    return check === undefined ? { ...failure('unknown constant'), name } : { name, run: () => check(group) };
  });
}
