-- Lists of names stood in the order of code points: everybody whose name begins with an accented letter came after Z. Now names stand by
-- their letters, Ä beside A (decisions/0054). The function leans on nothing that an upgrade of a library changes: neither ICU nor the
-- locales of the system are asked, and Unicode promises that a letter it takes apart (normalize) is taken apart alike for ever. Case and
-- the letters that are not taken apart stand in lists. Its twin for filters in memory is src/model/name-order.ts; a test holds them together.
--
-- What it costs: with 50,000 people, beside other work, the indexes take 1.7 seconds and the planner's statistics 6. With a million that
-- makes half a minute and less than a minute, for the statistics look at 300,000 rows at most; nobody else writes meanwhile.
create function gatehouse.name_order(name text) returns text language plpgsql immutable strict parallel safe cost 20 as $$
declare
  folded text collate "C";
begin
  if octet_length(name) = char_length(name) then return lower(name collate "C"); end if;
  -- Accents, vowel points, the marks of voiced kana; what else was taken apart (Hangul) is put together again, so that no key is longer than its
  -- name. No name has a thousand letters, and normalize() takes the square of a run of accents.
  folded := lower(normalize(regexp_replace(normalize(left(name, 1024), NFD) collate "C",
    '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc'
    '\u06df-\u06e4\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\u3099\u309a\ufe20-\ufe2f\U0001d165-\U0001d169\U0001d16d-\U0001d172]', '', 'g'), NFC) collate "C");
  if octet_length(folded) = char_length(folded) then return folded; end if;
  -- A translation costs its length times that of the name, so each part is asked for first: Latin, Greek, Cyrillic, Armenian, more Cyrillic, the rest.
  if folded ~ '[\u00a0\u00c6\u00d0\u00d8\u00de\u00df\u00e6\u00f0\u00f8\u00fe\u0110\u0111\u0126\u0127\u0131-\u0133\u0141\u0142\u014a\u014b\u0152\u0153\u0166\u0167\u017f\u018f\u0259\u02bc\u1e9e\u2010\u2011\u2013\u2014\u2018\u2019\u202f\u2032]' then
    folded := translate(folded,
      ' ÆÐØÞðøĐđĦħıĲŁłŊŋŒŦŧſƏəʼẞ‐‑–—‘’ ′',
      ' ædoþdoddhhiĳllnnœttsee''ß----'''' ''');
    folded := replace(replace(replace(replace(replace(folded, 'æ', 'ae'), 'œ', 'oe'), 'ĳ', 'ij'), 'ß', 'ss'), 'þ', 'th');
  end if;
  if octet_length(folded) = char_length(folded) then return folded; end if;
  if folded ~ '[\u0370-\u0372\u0376\u037f\u0391-\u03a9\u03c2]' then
    folded := translate(folded,
      'ͰͲͶͿΑΕΗΙΟΥΩΒΓΔΖΘΚΛΜΝΞΠΡΣΤΦΧΨς',
      'ͱͳͷϳαεηιουωβγδζθκλμνξπρστφχψσ');
  end if;
  if folded ~ '[\u0402-\u040b\u040f-\u042f\u0452-\u045b\u045f\u0490\u0491]' then
    folded := translate(folded,
      'ЕЂГЄЅІЈЉЊЋКИУЏАБВДЖЗЛМНОПРСТФХЦЧШЩЪЫЬЭЮЯђєѕіјљњћџҐґ',
      'едгезиилнткиучабвджзлмнопрстфхцчшщъыьэюядезиилнтчгг');
  end if;
  if folded ~ '[\u0531-\u0556]' then
    folded := translate(folded,
      'ԱԲԳԴԵԶԷԸԹԺԻԼԽԾԿՀՁՂՃՄՅՆՇՈՉՊՋՌՍՎՏՐՑՒՓՔՕՖ',
      'աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆ');
  end if;
  if folded ~ '[\u0460-\u0474\u0478-\u0480\u048a-\u048e\u0492-\u04c0\u04c3-\u04cd\u04d4\u04d8\u04d9\u04e0\u04e8\u04e9\u04f6\u04fa-\u052e]' then
    folded := translate(folded,
      'ѠѢѣѤѦѨѪѬѮѰѲѴѸѺѼѾҀҊҌҎҒғҔҖҘҙҚқҜҞҠҡҢңҤҦҨҪҫҬҮүҰұҲҳҴҶҷҸҺһҼҾӀӃӅӇӉӋӍӔӘәӠӨөӶӺӼӾԀԂԄԆԈԊԌԎԐԒԔԖԘԚԜԞԠԢԤԦԨԪԬԮ',
      'ѡееѥѧѩѫѭѯѱѳѵѹѻѽѿҁҋҍҏггҕҗззккҝҟккннҥҧҩссҭууууххҵччҹххҽҿӏӄӆӈӊӌӎӕааӡооӷӻӽӿԁԃԅԇԉԋԍԏԑԓԕԗԙԛԝԟԡԣԥԧԩԫԭԯ');
  end if;
  if folded ~ '[\u0138-\u0292\u03cf-\u03ff\u10a0-\u10cd\u13a0-\u13f5\u1c89-\u1cbf\u1efa-\u1efe\u2132-\u2183\u24b6-\u24cf\u2c00-\u2cf2\ua640-\ua69a\ua722-\ua7f5\uff21-\uff3a\U00010400-\U00010427\U000104b0-\U000104d3\U00010570-\U00010595\U00010c80-\U00010cb2\U00010d50-\U00010d65\U000118a0-\U000118bf\U00016e40-\U00016eb8\U0001e900-\U0001e921]' then
    folded := translate(folded,
      'ĸĿƀƁƂƄƆƇƉƊƋƎƐƑƒƓƔƖƗƘƙƜƝƟƢƤƦƧƩƬƮƱƲƳƴƵƶƷƸƼǄǅǇǈǊǋǝǤǥʒǱǲǶǷȜȠȢȤȺȻȽȾɁɃɄɅɆɈɊɌɎɓɔɖɗɛɣɨɫɬɲʃʉʋϏϘϚϜϞϠϢϤϦϨϪϬϮϴϷϹϺϽϾϿႠႡႢႣႤႥ'
      'ႦႧႨႩႪႫႬႭႮႯႰႱႲႳႴႵႶႷႸႹႺႻႼႽႾႿჀჁჂჃჄჅჇჍᎠᎡᎢᎣᎤᎥᎦᎧᎨᎩᎪᎫᎬᎭᎮᎯᎰᎱᎲᎳᎴᎵᎶᎷᎸᎹᎺᎻᎼᎽᎾᎿᏀᏁᏂᏃᏄᏅᏆᏇᏈᏉᏊᏋᏌᏍᏎᏏᏐᏑᏒᏓᏔᏕᏖᏗᏘᏙᏚᏛᏜᏝᏞᏟᏠᏡᏢᏣᏤᏥᏦᏧᏨᏩᏪᏫ'
      'ᏬᏭᏮᏯᏰᏱᏲᏳᏴᏵᲉᲐᲑᲒᲓᲔᲕᲖᲗᲘᲙᲚᲛᲜᲝᲞᲟᲠᲡᲢᲣᲤᲥᲦᲧᲨᲩᲪᲫᲬᲭᲮᲯᲰᲱᲲᲳᲴᲵᲶᲷᲸᲹᲺᲽᲾᲿỺỼỾℲⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫⅬⅭⅮⅯↃⒶⒷⒸⒹⒺⒻⒼⒽⒾⒿⓀⓁⓂⓃⓄⓅⓆⓇⓈⓉⓊⓋⓌⓍⓎⓏⰀⰁⰂⰃⰄⰅ'
      'ⰆⰇⰈⰉⰊⰋⰌⰍⰎⰏⰐⰑⰒⰓⰔⰕⰖⰗⰘⰙⰚⰛⰜⰝⰞⰟⰠⰡⰢⰣⰤⰥⰦⰧⰨⰩⰪⰫⰬⰭⰮⰯⱠⱢⱣⱤⱧⱩⱫⱭⱮⱯⱰⱲⱵⱾⱿⲀⲂⲄⲆⲈⲊⲌⲎⲐⲒⲔⲖⲘⲚⲜⲞⲠⲢⲤⲦⲨⲪⲬⲮⲰⲲⲴⲶⲸⲺⲼⲾⳀⳂⳄⳆⳈⳊⳌⳎⳐⳒⳔⳖⳘⳚⳜⳞⳠⳢⳫⳭⳲ'
      'ꙀꙂꙄꙆꙈꙊꙌꙎꙐꙒꙔꙖꙘꙚꙜꙞꙠꙢꙤꙦꙨꙪꙬꚀꚂꚄꚆꚈꚊꚌꚎꚐꚒꚔꚖꚘꚚꜢꜤꜦꜨꜪꜬꜮꜲꜴꜶꜸꜺꜼꜾꝀꝂꝄꝆꝈꝊꝌꝎꝐꝒꝔꝖꝘꝚꝜꝞꝠꝢꝤꝦꝨꝪꝬꝮꝹꝻꝽꝾꞀꞂꞄꞆꞋꞍꞐꞒꞖꞘꞚꞜꞞꞠꞢꞤꞦꞨꞪꞫꞬꞭꞮꞰꞱꞲꞳꞴꞶꞸꞺ'
      'ꞼꞾꟀꟂꟄꟅꟆꟇꟉꟋꟌ꟎Ꟑ꟒꟔ꟖꟘꟚꟜꟵＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ𐐀𐐁𐐂𐐃𐐄𐐅𐐆𐐇𐐈𐐉𐐊𐐋𐐌𐐍𐐎𐐏𐐐𐐑𐐒𐐓𐐔𐐕𐐖𐐗𐐘𐐙𐐚𐐛𐐜𐐝𐐞𐐟𐐠𐐡𐐢𐐣𐐤𐐥𐐦𐐧𐒰𐒱𐒲𐒳𐒴𐒵𐒶𐒷𐒸𐒹𐒺𐒻𐒼𐒽𐒾𐒿𐓀𐓁𐓂𐓃𐓄𐓅𐓆𐓇'
      '𐓈𐓉𐓊𐓋𐓌𐓍𐓎𐓏𐓐𐓑𐓒𐓓𐕰𐕱𐕲𐕳𐕴𐕵𐕶𐕷𐕸𐕹𐕺𐕼𐕽𐕾𐕿𐖀𐖁𐖂𐖃𐖄𐖅𐖆𐖇𐖈𐖉𐖊𐖌𐖍𐖎𐖏𐖐𐖑𐖒𐖔𐖕𐲀𐲁𐲂𐲃𐲄𐲅𐲆𐲇𐲈𐲉𐲊𐲋𐲌𐲍𐲎𐲏𐲐𐲑𐲒𐲓𐲔𐲕𐲖𐲗𐲘𐲙𐲚𐲛𐲜𐲝𐲞𐲟𐲠𐲡𐲢𐲣𐲤𐲥𐲦𐲧𐲨𐲩𐲪𐲫𐲬𐲭𐲮𐲯𐲰𐲱𐲲𐵐𐵑𐵒𐵓𐵔𐵕𐵖𐵗𐵘𐵙𐵚𐵛'
      '𐵜𐵝𐵞𐵟𐵠𐵡𐵢𐵣𐵤𐵥𑢠𑢡𑢢𑢣𑢤𑢥𑢦𑢧𑢨𑢩𑢪𑢫𑢬𑢭𑢮𑢯𑢰𑢱𑢲𑢳𑢴𑢵𑢶𑢷𑢸𑢹𑢺𑢻𑢼𑢽𑢾𑢿𖹀𖹁𖹂𖹃𖹄𖹅𖹆𖹇𖹈𖹉𖹊𖹋𖹌𖹍𖹎𖹏𖹐𖹑𖹒𖹓𖹔𖹕𖹖𖹗𖹘𖹙𖹚𖹛𖹜𖹝𖹞𖹟𖺠𖺡𖺢𖺣𖺤𖺥𖺦𖺧𖺨𖺩𖺪𖺫𖺬𖺭𖺮𖺯𖺰𖺱𖺲𖺳𖺴𖺵𖺶𖺷𖺸𞤀𞤁𞤂𞤃𞤄𞤅𞤆𞤇𞤈𞤉𞤊'
      '𞤋𞤌𞤍𞤎𞤏𞤐𞤑𞤒𞤓𞤔𞤕𞤖𞤗𞤘𞤙𞤚𞤛𞤜𞤝𞤞𞤟𞤠𞤡',
      'kŀbbƃƅoƈddƌeeffɠgɩikkɯnɵƣƥʀƨsƭʈʊvyyzzzƹƽǆǆǉǉǌǌeggzǳǳƕƿȝƞȣȥⱥȼƚⱦɂbuʌɇɉɋɍɏboddegillnsuvϗϙϛϝϟϡϣϥϧϩϫϭϯθϸϲϻͻͼͽⴀⴁⴂⴃⴄⴅ'
      'ⴆⴇⴈⴉⴊⴋⴌⴍⴎⴏⴐⴑⴒⴓⴔⴕⴖⴗⴘⴙⴚⴛⴜⴝⴞⴟⴠⴡⴢⴣⴤⴥⴧⴭꭰꭱꭲꭳꭴꭵꭶꭷꭸꭹꭺꭻꭼꭽꭾꭿꮀꮁꮂꮃꮄꮅꮆꮇꮈꮉꮊꮋꮌꮍꮎꮏꮐꮑꮒꮓꮔꮕꮖꮗꮘꮙꮚꮛꮜꮝꮞꮟꮠꮡꮢꮣꮤꮥꮦꮧꮨꮩꮪꮫꮬꮭꮮꮯꮰꮱꮲꮳꮴꮵꮶꮷꮸꮹꮺꮻ'
      'ꮼꮽꮾꮿᏸᏹᏺᏻᏼᏽᲊაბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰჱჲჳჴჵჶჷჸჹჺჽჾჿỻỽỿⅎⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅺⅻⅼⅽⅾⅿↄⓐⓑⓒⓓⓔⓕⓖⓗⓘⓙⓚⓛⓜⓝⓞⓟⓠⓡⓢⓣⓤⓥⓦⓧⓨⓩⰰⰱⰲⰳⰴⰵ'
      'ⰶⰷⰸⰹⰺⰻⰼⰽⰾⰿⱀⱁⱂⱃⱄⱅⱆⱇⱈⱉⱊⱋⱌⱍⱎⱏⱐⱑⱒⱓⱔⱕⱖⱗⱘⱙⱚⱛⱜⱝⱞⱟⱡlᵽɽⱨⱪⱬɑɱɐɒⱳⱶȿɀⲁⲃⲅⲇⲉⲋⲍⲏⲑⲓⲕⲗⲙⲛⲝⲟⲡⲣⲥⲧⲩⲫⲭⲯⲱⲳⲵⲷⲹⲻⲽⲿⳁⳃⳅⳇⳉⳋⳍⳏⳑⳓⳕⳗⳙⳛⳝⳟⳡⳣⳬⳮⳳ'
      'ꙁꙃꙅꙇꙉꙋꙍꙏꙑꙓꙕꙗꙙꙛꙝꙟꙡꙣꙥꙧꙩꙫꙭꚁꚃꚅꚇꚉꚋꚍꚏꚑꚓꚕꚗꚙꚛꜣꜥꜧꜩꜫꜭꜯꜳꜵꜷꜹꜻꜽꜿꝁꝃꝅꝇꝉꝋꝍꝏꝑꝓꝕꝗꝙꝛꝝꝟꝡꝣꝥꝧꝩꝫꝭꝯꝺꝼᵹꝿꞁꞃꞅꞇꞌɥꞑꞓꞗꞙꞛꞝꞟꞡꞣꞥꞧꞩɦɜɡlɪʞʇʝꭓꞵꞷꞹꞻ'
      'ꞽꞿꟁꟃꞔʂᶎꟈꟊɤꟍ꟏ꟑꟓꟕꟗꟙꟛƛꟶａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ𐐨𐐩𐐪𐐫𐐬𐐭𐐮𐐯𐐰𐐱𐐲𐐳𐐴𐐵𐐶𐐷𐐸𐐹𐐺𐐻𐐼𐐽𐐾𐐿𐑀𐑁𐑂𐑃𐑄𐑅𐑆𐑇𐑈𐑉𐑊𐑋𐑌𐑍𐑎𐑏𐓘𐓙𐓚𐓛𐓜𐓝𐓞𐓟𐓠𐓡𐓢𐓣𐓤𐓥𐓦𐓧𐓨𐓩𐓪𐓫𐓬𐓭𐓮𐓯'
      '𐓰𐓱𐓲𐓳𐓴𐓵𐓶𐓷𐓸𐓹𐓺𐓻𐖗𐖘𐖙𐖚𐖛𐖜𐖝𐖞𐖟𐖠𐖡𐖣𐖤𐖥𐖦𐖧𐖨𐖩𐖪𐖫𐖬𐖭𐖮𐖯𐖰𐖱𐖳𐖴𐖵𐖶𐖷𐖸𐖹𐖻𐖼𐳀𐳁𐳂𐳃𐳄𐳅𐳆𐳇𐳈𐳉𐳊𐳋𐳌𐳍𐳎𐳏𐳐𐳑𐳒𐳓𐳔𐳕𐳖𐳗𐳘𐳙𐳚𐳛𐳜𐳝𐳞𐳟𐳠𐳡𐳢𐳣𐳤𐳥𐳦𐳧𐳨𐳩𐳪𐳫𐳬𐳭𐳮𐳯𐳰𐳱𐳲𐵰𐵱𐵲𐵳𐵴𐵵𐵶𐵷𐵸𐵹𐵺𐵻'
      '𐵼𐵽𐵾𐵿𐶀𐶁𐶂𐶃𐶄𐶅𑣀𑣁𑣂𑣃𑣄𑣅𑣆𑣇𑣈𑣉𑣊𑣋𑣌𑣍𑣎𑣏𑣐𑣑𑣒𑣓𑣔𑣕𑣖𑣗𑣘𑣙𑣚𑣛𑣜𑣝𑣞𑣟𖹠𖹡𖹢𖹣𖹤𖹥𖹦𖹧𖹨𖹩𖹪𖹫𖹬𖹭𖹮𖹯𖹰𖹱𖹲𖹳𖹴𖹵𖹶𖹷𖹸𖹹𖹺𖹻𖹼𖹽𖹾𖹿𖺻𖺼𖺽𖺾𖺿𖻀𖻁𖻂𖻃𖻄𖻅𖻆𖻇𖻈𖻉𖻊𖻋𖻌𖻍𖻎𖻏𖻐𖻑𖻒𖻓𞤢𞤣𞤤𞤥𞤦𞤧𞤨𞤩𞤪𞤫𞤬'
      '𞤭𞤮𞤯𞤰𞤱𞤲𞤳𞤴𞤵𞤶𞤷𞤸𞤹𞤺𞤻𞤼𞤽𞤾𞤿𞥀𞥁𞥂𞥃');
  end if;
  return folded;
end $$;
comment on function gatehouse.name_order(text) is 'What a name is put in order by: without case and accents, letters that Unicode does not take apart beside those they are filed with.';

-- The indexes of names, each in the place of the one by code points, with what it held besides.
drop index public.users_by_last_name, public.users_by_first_name, public.users_by_sort_name, public.company_by_name, public.grp_by_name, public.role_by_name,
  public.res_by_name, public.access_rights_by_name;
create index users_by_last_name on public.users (coalesce(gatehouse.name_order(last_name), chr(1114111)) collate "C", user_id)
  include (last_name, status, secondary_status, company_owner_id, is_visible, user_name, sort_name);
create index users_by_first_name on public.users (coalesce(gatehouse.name_order(first_name), chr(1114111)) collate "C", user_id);
create index users_by_sort_name on public.users (coalesce(gatehouse.name_order(sort_name), chr(1114111)) collate "C", user_id) include (sort_name, search_text, is_visible);
create index company_by_name on public.company (coalesce(gatehouse.name_order(company_name), chr(1114111)) collate "C", company_id);
create index grp_by_name on public.grp (coalesce(gatehouse.name_order(grp_name), chr(1114111)) collate "C", grp_id);
create index role_by_name on public.role (coalesce(gatehouse.name_order(role_name), chr(1114111)) collate "C", role_id);
create index res_by_name on public.res (coalesce(gatehouse.name_order(name), chr(1114111)) collate "C", resource_id);
create index access_rights_by_name on public.access_rights (coalesce(gatehouse.name_order(name), chr(1114111)) collate "C", access_right_id);

-- What the planner knows of expressions it learns from the indexes on them.
analyze public.users;
analyze public.company;
analyze public.grp;
analyze public.role;
analyze public.res;
analyze public.access_rights;
