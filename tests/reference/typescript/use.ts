/** Uses the generated types, and the service at the address that it is given. */
import type { components, operations } from './api.ts';

type Schemas = components['schemas'];
type Body<Name extends keyof operations> = operations[Name] extends {
  requestBody: { content: { 'application/json': infer Content } };
}
  ? Content
  : never;

const [, , baseUrl, username, password] = process.argv as string[];

async function post(path: string, body: object): Promise<unknown> {
  const headers = { 'Content-Type': 'application/json' };
  const response = await fetch(baseUrl + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return response.json();
}

function isError(answer: Schemas['TokenPair'] | Schemas['Error']): answer is Schemas['Error'] {
  return answer.status === 'error';
}

const registration: Body<'register'> = { username: username!, password: password! };
const { message } = (await post('/register', registration)) as Schemas['Message'];

const credentials: Body<'authenticate'> = { username: username!, password: password! };
const tokens = (await post('/authenticate', credentials)) as Schemas['TokenPair'] | Schemas['Error'];
if (isError(tokens)) throw new Error(tokens.message);
const life: number = tokens.expires_in;

const refused = (await post('/authenticate', { ...credentials, password: 'another' })) as
  | Schemas['TokenPair']
  | Schemas['Error'];
const expected: Schemas['Error']['code'] = 'invalid_credentials';

const headers = { Authorization: `${tokens.token_type} ${tokens.access_token}` };
const list = (await (await fetch(`${baseUrl}/sessions`, { headers })).json()) as Schemas['SessionList'];
const current: boolean[] = list.sessions.map((session) => session.current);

console.log(JSON.stringify({ message, life, refused: isError(refused) && refused.code === expected, current }));
