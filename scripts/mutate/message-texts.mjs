/** Tells Stryker which code it leaves alone: texts for people, and invariants. */

/** Calls of which one argument is a text for whoever reads a report; no rule depends on it. By name, with its index. */
const textArguments = { assert: 1, defined: 1, rejected: 1, rejectedBody: 1, faultOutcome: 1, failAt: 2 };

/**
 * @param {any} path  of babel
 * @returns {string | undefined} why the node is left alone
 */
function shouldIgnore(path) {
  const { node, parent } = path;
  if (path.isExpressionStatement() && calleeName(node.expression) === 'assert')
    return 'nothing breaks an invariant that holds, so no test can see that it is checked';
  if (path.isExpression() && parent?.type === 'CallExpression') {
    const index = textArguments[calleeName(parent)];
    if (index !== undefined && parent.arguments[index] === node) return 'a text for people';
  }
  if (path.isExpression() && parent?.type === 'NewExpression' && /Error$/.test(parent.callee.name ?? ''))
    return 'a text for people';
  if (path.isObjectProperty() && node.key.name === 'detail') return 'a text for people';
  return undefined;
}

function calleeName(node) {
  if (node?.type !== 'CallExpression') return undefined;
  const { callee } = node;
  if (callee.type === 'MemberExpression') return callee.property.id?.name;
  return callee.name;
}

export const strykerPlugins = [{ kind: 'Ignore', name: 'message-texts', value: { shouldIgnore } }];
