import type { SamplePerson } from '../samples/people.js';

const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => `&#${String(character.charCodeAt(0))};`);

const page = (title: string, body: string): string => `<!doctype html><html lang="zh-CN"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<style>body{font:16px/1.6 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;color:#1d2733}
select,input,button{font:inherit;width:100%;padding:.5rem;margin:.25rem 0 1rem;box-sizing:border-box}
button{background:#14508c;color:#fff;border:0;border-radius:.3rem}.no{color:#a3201a}</style><h1>${escape(title)}</h1>${body}</html>`;

export const signInPage = (action: string, people: readonly SamplePerson[], refused: boolean): string =>
  page(
    '统一认证（样例）Sign in',
    `${refused ? '<p class="no" role="alert">口令不正确 Wrong passcode</p>' : ''}<form method="post" action="${escape(action)}">
<label>人员 Person<select name="subject">${people.map((person) => `<option value="${escape(person.subject)}">${escape(person.name)} · ${escape(person.title)}</option>`).join('')}</select></label>
<label>口令 Passcode<input name="passcode" type="password" autocomplete="current-password" required autofocus></label>
<button>登录 Sign in</button></form>`,
  );

export const messagePage = (title: string, text: string): string => page(title, `<p>${escape(text)}</p>`);
/** The provider's own form, set into our page. */
export const formPage = (title: string, form: string): string =>
  page(title, `${form}<button form="op.deviceInputForm op.deviceConfirmForm">继续 Continue</button>`);
