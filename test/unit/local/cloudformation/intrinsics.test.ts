import { describe, expect, it } from 'vitest';
import { namesIn, resolve, resolveObject, type Scope } from '../../../../local/cloudformation/intrinsics.ts';

const scope: Scope = {
  reference: (name) => (name === 'AWS::NoValue' ? undefined : `ref:${name}`),
  attribute: (logicalId, name) => `${logicalId}/${name}`,
  condition: (name) => name === 'Yes',
};

describe('intrinsics of a template', () => {
  it('resolves references and attributes at any depth', () => {
    const value = { a: [{ Ref: 'Table' }], b: { c: { 'Fn::GetAtt': ['Key', 'Arn'] } }, d: 1 };
    expect(resolve(value, scope)).toEqual({ a: ['ref:Table'], b: { c: 'Key/Arn' }, d: 1 });
  });

  it('joins, splits and selects', () => {
    const joined = { 'Fn::Join': ['/', ['a', { Ref: 'B' }, { 'Fn::Join': ['', ['c', 'd']] }]] };
    expect(resolve(joined, scope)).toBe('a/ref:B/cd');
    expect(resolve({ 'Fn::Select': [1, { 'Fn::Split': ['/', 'x/y/z'] }] }, scope)).toBe('y');
    expect(resolve({ 'Fn::Select': ['2', ['x', 'y', 'z']] }, scope)).toBe('z');
  });

  it('refuses to select an item that is not there', () => {
    expect(() => resolve({ 'Fn::Select': [2, ['x']] }, scope)).toThrow('no item 2');
  });

  it('substitutes names, attributes and own variables, and leaves a literal alone', () => {
    const text = '${AWS::Region} ${Key.Arn} ${own} ${!kept}';
    expect(resolve({ 'Fn::Sub': [text, { own: { Ref: 'Mine' } }] }, scope)).toBe(
      'ref:AWS::Region Key/Arn ref:Mine ${kept}',
    );
  });

  it('takes a branch by its condition and leaves out what has no value', () => {
    const value = {
      kept: { 'Fn::If': ['Yes', 'a', 'b'] },
      other: { 'Fn::If': ['No', 'a', 'b'] },
      gone: { 'Fn::If': ['No', 'a', { Ref: 'AWS::NoValue' }] },
      list: [{ Ref: 'AWS::NoValue' }, 'x'],
    };
    expect(resolveObject(value, scope)).toEqual({ kept: 'a', other: 'b', list: ['x'] });
  });

  it('names an intrinsic it does not know', () => {
    expect(() => resolve({ 'Fn::ImportValue': 'x' }, scope)).toThrow('the intrinsic Fn::ImportValue');
  });

  it('finds every name a value depends on', () => {
    const value = {
      a: { 'Fn::Sub': ['${One} ${Two.Arn} ${own} ${!No}', { own: { Ref: 'Three' } }] },
      b: [{ 'Fn::GetAtt': 'Four.Arn' }, { 'Fn::Join': ['', [{ Ref: 'Five' }]] }],
    };
    expect(namesIn(value)).toEqual(['One', 'Two', 'Three', 'Four', 'Five']);
  });
});
