/** Goes through the embedded issuer's device pages as a person with a browser would: sign in, confirm the code. */
export async function enterDeviceCode(url: string, subject: string, passcode: string): Promise<void> {
  const cookies = new Map<string, string>();
  const visit = async (target: string, form?: URLSearchParams): Promise<Response> => {
    const response = await fetch(target, {
      redirect: 'manual',
      method: form === undefined ? 'GET' : 'POST',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
      ...(form === undefined ? {} : { body: form }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    return response;
  };
  const { origin } = new URL(url);
  let response = await visit(url);
  for (let steps = 0; steps < 16; steps += 1) {
    const location = response.headers.get('location');
    if (location !== null) {
      response = await visit(new URL(location, origin).href);
      continue;
    }
    const page = await response.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
    const pageUrl = new URL(response.url === '' ? url : response.url);
    if (pageUrl.pathname.startsWith('/interaction/')) {
      response = await visit(pageUrl.href, new URLSearchParams({ subject, passcode }));
      continue;
    }
    if (action === undefined) return;
    const form = new URLSearchParams();
    for (const [input] of page.matchAll(/<input[^>]*>/g)) {
      const name = /name="([^"]+)"/.exec(input)?.[1];
      if (name !== undefined && name !== 'abort') form.set(name, /value="([^"]*)"/.exec(input)?.[1] ?? '');
    }
    if (form.has('user_code') && form.get('user_code') === '') form.set('user_code', new URL(url).searchParams.get('user_code') ?? '');
    response = await visit(new URL(action, origin).href, form);
  }
  throw new Error('the device pages do not end');
}
