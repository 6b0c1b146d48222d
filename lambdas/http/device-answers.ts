import type { DeviceAnswer, DeviceQuestion, UserCodeQuestion } from '../oauth/authorization/outcome.ts';
import { shownUserCode } from '../oauth/device/user-code.ts';
import type { HttpResponse } from './message.ts';
import { clientOrigin } from './pages/client-origin.ts';
import { deviceApprovedPage, deviceDeniedPage, devicePage, userCodePage } from './pages/device.ts';
import type { Look } from './pages/look.ts';

export function userCodeQuestion(look: Look, { wrong, entered }: UserCodeQuestion): HttpResponse {
  const prefilled = entered === undefined ? undefined : shownUserCode(entered);
  return userCodePage(look, { action: '/device', wrong, prefilled });
}

/** `action`: where the answer goes. */
export function deviceQuestion(look: Look, question: DeviceQuestion, action: `/${string}`): HttpResponse {
  const { client, userCode, resource, idps, carried } = question;
  return devicePage(look, {
    client: { name: client.name, origin: clientOrigin(client) },
    userCode: shownUserCode(userCode),
    ...(resource && { resource: { name: resource.name, host: new URL(resource.uri).host } }),
    ...{ action, fields: { request: carried }, leadsTo: idps.map(({ issuer }) => issuer) },
  });
}

export function deviceAnswer(look: Look, answer: DeviceAnswer): HttpResponse {
  if (answer.go === 'device_approved') return deviceApprovedPage(look, answer.client.name);
  const { reason, description } = answer.refusal;
  return deviceDeniedPage(look, answer.client.name, reason === 'person_denied' ? undefined : description);
}
