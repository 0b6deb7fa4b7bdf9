"""The courtesies that `substance` knows, separated by bars. A change here is a new SUBSTANCE_VERSION."""

# Greetings may be followed by a name of up to two words in the same breath.
GREETINGS = """
hi | hello | hey | hiya | howdy | welcome | good morning | good afternoon | good evening | good day
hallo | guten morgen | guten tag | guten abend | servus | moin | grüß gott | willkommen
bonjour | salut | bonsoir | bienvenue
hola | buenos días | buenas tardes | buenas noches | bienvenido
ciao | buongiorno | buonasera | salve | benvenuto
hoi | goedemorgen | goedemiddag | goedenavond
olá | bom dia | boa tarde | boa noite
živjo | zdravo | dober dan | dobro jutro | dober večer
你好 | 您好 | こんにちは | 안녕하세요
"""

# Thanks, closings, and what only asks for patience.
COURTESIES = """
thanks | thank you | thank you for your message | thanks for your message | thanks for reaching out | thx | ty
you are welcome | you're welcome | youre welcome | my pleasure | no problem | no worries | cheers | anytime
bye | goodbye | bye bye | see you | see you soon | take care | enjoy | good night
have a nice day | have a good day | have a great day | have a lovely day
have a nice evening | have a good evening | have a great evening
ok | okay | k | great | perfect | super | cool | fine | sure | got it | alright | all right | please
glad to help | happy to help | anything else | is there anything else | can i help you with anything else
let me know | how can i help | how can i help you | how may i help you | what can i do for you | how are you
one moment | one second | just a moment | just a second | a moment | moment | one sec | sec | hold on
let me check | let me see | let me have a look | i will check | i'll check | brb | be right back
danke | danke schön | vielen dank | gern | gerne | gern geschehen | bitte | kein problem | tschüss
auf wiedersehen | schönen tag | schönen tag noch | einen moment | ich schaue nach | wie kann ich helfen
merci | merci beaucoup | de rien | avec plaisir | au revoir | bonne journée | bonne soirée | un instant
gracias | muchas gracias | de nada | adiós | hasta luego | un momento
grazie | grazie mille | prego | arrivederci | un attimo
bedankt | dank je | dank u | graag gedaan | tot ziens | een moment
obrigado | obrigada | tchau | um momento
hvala | hvala lepa | prosim | adijo | nasvidenje | trenutek
谢谢 | ありがとう | 감사합니다
"""

# Words that add nothing to a courtesy.
FILLERS = """
so very much a lot again then there everyone all too and for you your now well oh ah und so sehr noch
  et e y en
"""
