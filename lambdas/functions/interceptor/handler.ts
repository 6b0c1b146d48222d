import { interceptorHandler } from '../../http/interceptor.ts';
import { tokenJudge } from '../../resource-server/token-judge.ts';
import { readEnvironment } from '../../runtime/environment.ts';
import { audit } from '../../runtime/events.ts';
import { interceptorEnvironment } from './environment.ts';

const environment = readEnvironment(interceptorEnvironment);

// Whom a token is for has been judged before: the gateway's own authorizer has the audience.
export const handler = interceptorHandler({ judge: tokenJudge({ issuer: environment.ISSUER }), audit });
