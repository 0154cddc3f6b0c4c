import { describe, expect, it } from 'vitest';
import { Budget, Budgets } from './budgets.js';

const rate = { perSecond: 2, burst: 10 };

describe('Budget', () => {
  it('gives its burst at once and the rest with time, and says how long that takes', () => {
    const budget = new Budget(rate, 1000);
    expect(budget.take(1000, 10)).toBe(0);
    expect(budget.take(1000, 1)).toBe(500);
    expect(budget.take(1499, 1)).toBeCloseTo(1);
    expect(budget.take(1500, 1)).toBe(0);
    expect(budget.take(1500, 1)).toBe(500);
  });

  it('holds no more than its burst', () => {
    const budget = new Budget(rate, 0);
    expect(budget.waitMs(1_000_000, 10)).toBe(0);
    expect(budget.waitMs(1_000_000, 11)).toBe(500);
  });

  it('goes into debt by what it is charged', () => {
    const budget = new Budget(rate, 0);
    budget.charge(0, 30);
    expect(budget.waitMs(0, 0)).toBe(10_000);
    expect(budget.take(10_000, 1)).toBe(500);
  });
});

describe('Budgets', () => {
  it('remembers so many addresses, those that were asked for last', () => {
    const budgets = new Budgets(rate, 2);
    budgets.of('a', 0).charge(0, 10);
    budgets.of('b', 0).charge(0, 10);
    expect(budgets.of('a', 0).waitMs(0, 1)).toBe(500);
    expect(budgets.of('c', 0).waitMs(0, 10)).toBe(0);
    expect(budgets.size).toBe(2);
    expect(budgets.of('a', 0).waitMs(0, 1)).toBe(500);
    expect(budgets.of('b', 0).waitMs(0, 10)).toBe(0);
  });
});
