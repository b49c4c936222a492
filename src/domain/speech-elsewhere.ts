/*
 * The two orders that are given most, in other widely written languages: to ignore what was said before, and to approve this
 * change. A list never ends: what is in none of these languages is left to the models and to whoever reads.
 */

export const wordsElsewhere =
  /anweisung|vorgaben|änderung|anderung|instruccion|instruções|instrucoes|istruzion|instructions|cambio|mudança|modifica|modification|инструкц|указани|изменени|指令|指示|变更|變更|更改|変更|지시|변경|talimat|değişikl|polece|instrukcj/i;

export const elsewhere: readonly RegExp[] = [
  /\b(ignorier\w*|missacht\w*|vergiss|vergesst|vergessen sie)\b.{0,60}\b(anweisung|vorgabe|regel|befehl)/i,
  /\b(genehmig|bestätig|akzeptier|winke?)\w*\b.{0,30}änderung/i,
  /\b(ignore[rz]?|oublie[rz]?|n.gligez)\b.{0,60}\b(instructions|consignes|règles)\b.{0,40}(précédent|ci-dessus|ant.rieur)/i,
  /\b(approuve[rz]?|accepte[rz]?|valide[rz]?)\b.{0,30}\b(cette|la) modification/i,
  /\b(ignor\w*|olvid\w*)\b.{0,60}\b(instrucciones|instruç|reglas|istruzioni|regole)/i,
  /\b(aprueb|aprob|acept)\w*\b.{0,30}\b(este|el) cambio/i,
  /\b(aprov|aceit)\w*\b.{0,30}\b(esta|a) mudança/i,
  /\bapprova\w*\b.{0,30}\b(questa|la) modifica/i,
  /(игнориру|забуд)[а-яё]*.{0,60}(инструкц|указани|правил)/iu,
  /(одобр|утверд)[а-яё]*.{0,40}изменени/iu,
  /(忽略|无视|無視|忘记).{0,30}(指令|指示|规则|規則)/u,
  /(批准|同意|通过|通過).{0,20}(变更|變更|更改|修改)/u,
  /(指示|命令).{0,20}(無視|忘れ)/u,
  /変更.{0,20}承認/u,
  /지시.{0,20}무시/u,
  /변경.{0,20}승인/u,
  /talimatlar.{0,30}(yok say|görmezden)/iu,
];
