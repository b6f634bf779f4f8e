scores_right = -0.575
scores_mistakes = [
    Mistake(
        'CrossEntropyLoss',
        'The network already ends in log-softmax; the loss that expects log probabilities is nn.NLLLoss.',
        1.119921,
    ),
    Mistake(
        'summed over stimuli',
        'Keep the default averaging; the learning rate was chosen for it.',
        -2.3,
        4.479686,
    ),
    Mistake(
        'no averaging',
        'Keep the default averaging; the learning rate was chosen for it.',
        [-0.5, 0.7, -0.9, -1.6],
    ),
    Mistake(
        'sign turned',
        'The log likelihood is negated.',
        0.575,
        -1.119921,
    ),
    Mistake(
        'a class ignored',
        'All classes count, class 0 as well: nn.NLLLoss() without arguments.',
        -0.6,
    ),
    Mistake(
        'all classes averaged',
        'Only the log probability of the right class counts for each stimulus.',
        -0.35,
        -1.05,
    ),
    Mistake(
        'probabilities in place of their logarithms',
        'The network gives logarithms; take them as they are.',
        -2.389486,
    ),
]
log_p_right = 1.119921
log_p_mistakes = [
    Mistake(
        'a class ignored',
        'All classes count, class 0 as well: nn.NLLLoss() without arguments.',
        1.261944,
    ),
]
hidden_right = [
    [3.246142, -2.809056, 2.987563, -1.865111],
    [-1.661061, 2.399148, 0.2312831, 1.177396],
    [-6.032469, 5.574212, -3.725862, 1.122724],
    [-2.614444, 2.88973, 0.3063984, 1.798969],
]
outputs_right = [
    [
        [-0.03336068, -4.174781, -4.049462],
        [-4.991313, -0.2237329, -1.641576],
        [-8.727602, -0.003151928, -5.814209],
        [-5.804232, -0.1487297, -2.001125],
    ],
    [
        [-3.987145, -3.737374, -0.04329288],
        [-0.1098929, -2.85633, -3.066359],
        [-0.332671, -2.167382, -1.780719],
        [-0.0003657864, -7.920413, -12.89271],
    ],
]
