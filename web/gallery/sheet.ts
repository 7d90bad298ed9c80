// A page that stands still.
import { makeTranslate } from '@countersign/core';
import type { Actions, Sheet } from '@countersign/react';
import type { Scene } from './states.ts';

/** The views are given this; without actions it is the page of a browser without scripts. */
export function sheetOf(scene: Scene, actions: Actions | null): Sheet {
  const { boot } = scene;
  return {
    boot,
    state: boot.state,
    countries: scene.countries,
    now: boot.now,
    t: makeTranslate(boot.lang, boot.messages),
    code: scene.typed,
    busy: null,
    isSlow: false,
    isOffline: scene.isOffline,
    spoken: '',
    isSentAgain: scene.isSentAgain,
    actions,
  };
}
