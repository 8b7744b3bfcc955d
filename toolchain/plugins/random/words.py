"""The words of RandomPet."""


def _words(text: str) -> list[str]:
    return text.split()


ADVERBS = _words("""
    barely boldly briskly calmly clearly closely deeply duly evenly fairly firmly freely gently gladly greatly
    highly jointly justly keenly kindly largely lately lightly loosely loudly mainly mildly neatly newly
    nicely openly partly plainly poorly proudly purely quickly quietly rarely readily really richly rightly
    safely sharply shyly slowly smoothly softly solely strictly surely swiftly truly vastly warmly widely
    wildly wisely
""")
ADJECTIVES = _words("""
    able amber ample azure bold brave brief bright brisk broad calm candid careful cheerful chief civil clean
    clear clever close cool cosy crisp curious daring decent deep direct eager early earnest easy even exact
    fair famous fast fine firm fond frank fresh gentle glad golden good grand great green handy happy hardy
    honest humble jolly just keen kind large light lively loyal lucky mellow merry mild modest neat nimble
    noble open patient plain polite proper proud pure quick quiet rapid ready rich robust rosy round royal
    safe sharp silver simple sincere smart smooth snug solid sound steady still strong sunny sure swift tidy
    tough true trusty upright vivid warm wise witty worthy young
""")
ANIMALS = _words("""
    adder alpaca ant ape badger bat bear beaver bee beetle bison boar bobcat bream buffalo bull camel canary
    carp cat cicada civet cobra cod condor coral cougar cow coyote crab crane crow cub deer dingo dodo dog
    donkey dove duck eagle eel egret elk emu falcon ferret finch fish flea fly fox frog gecko goat goose
    gopher grouse gull hare hawk hen heron herring hippo hornet horse hound hyena ibex ibis iguana impala
    jackal jaguar jay kite kiwi koala lamb lark lemur leopard lion lizard llama lobster lynx macaw magpie
    mallard mammoth marmot marten mink mole moose moth mouse mule newt ocelot octopus orca oryx osprey otter
    owl ox oyster panda parrot pelican penguin perch pheasant pigeon pike plover pony puffin puma quail rabbit
    raccoon ram rat raven robin rook salmon seal shark sheep shrew shrimp skunk sloth snail snipe sparrow
    spider squid stag starling stork swallow swan swift tapir tern thrush tiger toad trout tuna turkey turtle
    viper vole walrus wasp weasel whale wolf wombat wren yak zebra
""")
