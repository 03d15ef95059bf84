import { describe, expect, it } from '@jest/globals';
import { sha256 } from '#kernel';
import { noon } from './seat.fixture.js';
import { assertNoneOpen, catalogueImage, imageReference, moveWorkspace } from './workspace.js';

const image = {
  name: 'python',
  repository: 'registry.local/workspaces/python',
  digest: sha256('python'),
  priceItem: 'workspace-start',
  withdrawnAt: null,
};

describe('a workspace', () => {
  it('starts only from an image of the catalogue, by digest [SEAT-05]', () => {
    expect(imageReference(catalogueImage([image], 'python', noon))).toBe(`registry.local/workspaces/python@${sha256('python')}`);
    expect(() => catalogueImage([image], 'ruby', noon)).toThrow('seats.image-not-in-catalogue');
    expect(() => catalogueImage([{ ...image, withdrawnAt: noon }], 'python', noon)).toThrow('seats.image-not-in-catalogue');
  });

  it('is the only one open of its seat [ACC-04]', () => {
    expect(() => assertNoneOpen([{ id: 'w', state: 'removing' }])).toThrow('seats.workspace-open');
    expect(() => assertNoneOpen([{ id: 'w', state: 'removed' }])).not.toThrow();
  });

  it('moves along its table alone', () => {
    expect(moveWorkspace('planned', 'applied')).toBe('applied');
    expect(() => moveWorkspace('removed', 'applied')).toThrow('state.no-such-transition');
  });
});
