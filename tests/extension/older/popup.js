/*
 * A popup as the tutorials' one: written for the four endpoints, before there were second steps. It knows
 * `message` and the tokens in an answer, and nothing else. It is never to learn more.
 */

const element = (id) => document.getElementById(id);

function say(text, kind) {
  element('status').textContent = text;
  element('status').className = `show ${kind}`;
}

async function post(path, body) {
  const { address } = await chrome.storage.local.get('address');
  const response = await fetch(`${address}${path}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}

const typed = () => ({ username: element('username').value, password: element('password').value });

element('register').addEventListener('click', async () => {
  const answer = await post('/register', typed());
  if (answer.status === 'ok') say('Registration successful.', 'success');
  else say(`Registration failed: ${answer.message}`, 'error');
});

element('login').addEventListener('click', async () => {
  const { username, password } = typed();
  if (!username || !password) return say('Please enter a username and password.', 'error');
  const answer = await post('/authenticate', { username, password });
  if (answer.status !== 'ok') return say(`Authentication failed: ${answer.message}`, 'error');
  const { access_token: accessToken, refresh_token: refreshToken } = answer;
  await chrome.storage.local.set({ accessToken, refreshToken, user: JSON.parse(atob(accessToken.split('.')[1])).sub });
  element('logout').classList.remove('hidden');
  return say('Authentication successful.', 'success');
});

element('accessProtected').addEventListener('click', async () => {
  const { address, accessToken } = await chrome.storage.local.get();
  if (!accessToken) return say('No tokens found. Please login.', 'error');
  const headers = { Authorization: `Bearer ${accessToken}` };
  const answer = await (await fetch(`${address}/protected`, { headers })).json();
  return say(answer.message, answer.status === 'ok' ? 'success' : 'error');
});

element('logout').addEventListener('click', async () => {
  await chrome.storage.local.remove(['accessToken', 'refreshToken', 'user']);
  element('logout').classList.add('hidden');
  say('Logged out successfully.', 'success');
});

document.body.dataset.ready = 'true';
