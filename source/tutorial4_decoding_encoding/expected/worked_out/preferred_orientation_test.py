clean_right = [20, 12, 3, 8, 15, 2, 6]
clean_mistakes = [
    Mistake(
        'smoothed across neurons',
        'That blends different neurons; smooth along the stimuli (axis=0).',
        [20, 12, 4, 7, 15, 3, 5],
        [20, 12, 4, 7, 15, 4, 5],
        [20, 12, 5, 7, 15, 3, 5],
        [20, 12, 5, 7, 15, 4, 5],
    ),
    Mistake(
        'height of the peak',
        'Return where the peak is (argmax), not how high it is (max).',
        [0.9470205, 0.9524818, 0.9496462, 0.9448857, 0.951756, 0.9471141, 0.9439476],
        [0.9925437, 1.009479, 0.9962892, 0.9981863, 1.007403, 0.9957295, 0.9919305],
    ),
    Mistake(
        'lowest response',
        'The preferred stimulus is the one with the largest response.',
        [8, 0, 16, 21, 3, 13, 19],
    ),
    Mistake(
        'sorted too early',
        'Sorting comes in the next cell; here each neuron gets the index of its own peak, in the order of the neurons.',
        [5, 2, 6, 3, 1, 4, 0],
        [5, 2, 6, 3, 1, 4, 0],
        [2, 3, 6, 8, 12, 15, 20],
    ),
    Mistake(
        'angles in place of rows',
        'Return the row index of the peak, without turning it into an angle.',
        [300.0, 180.0, 45.0, 120.0, 225.0, 30.0, 90.0],
        [5.235988, 3.141593, 0.7853982, 2.094395, 3.926991, 0.5235988, 1.570796],
        [0.3490659, 0.2094395, 0.05235988, 0.1396263, 0.2617994, 0.03490659, 0.1047198],
    ),
    Mistake(
        'row numbers from 1',
        'Rows count from 0, as argmax does.',
        [21, 13, 4, 9, 16, 3, 7],
    ),
    Mistake(
        'half circle only',
        'Search all rows; opposite directions are different stimuli here.',
        [8, 0, 3, 8, 3, 2, 6],
        [0, 11, 3, 8, 11, 2, 6],
    ),
]
spiky_right = [37, 20, 44]
spiky_mistakes = [
    Mistake(
        'raw curve searched',
        'A single noisy bin can win: smooth each tuning curve first, and search the smoothed array, not the original.',
        [9, 55, 3],
    ),
    Mistake(
        'smoothed across neurons',
        'That blends different neurons; smooth along the stimuli (axis=0).',
        [9, 9, 9],
        [9, 9, 55],
        [40, 40, 40],
        [40, 40, 40],
    ),
    Mistake(
        'height of the peak',
        'Return where the peak is (argmax), not how high it is (max).',
        [0.8971933, 0.8939475, 0.8939904],
        [1.5, 1.5, 1.5],
    ),
    Mistake(
        'lowest response',
        'The preferred stimulus is the one with the largest response.',
        [59, 45, 16],
    ),
    Mistake(
        'sorted too early',
        'Sorting comes in the next cell; here each neuron gets the index of its own peak, in the order of the neurons.',
        [1, 0, 2],
        [1, 0, 2],
        [20, 37, 44],
    ),
    Mistake(
        'angles in place of rows',
        'Return the row index of the peak, without turning it into an angle.',
        [222.0, 120.0, 264.0],
        [3.874631, 2.094395, 4.607669],
        [0.6457718, 0.3490659, 0.7679449],
    ),
    Mistake(
        'row numbers from 1',
        'Rows count from 0, as argmax does.',
        [38, 21, 45],
    ),
    Mistake(
        'centre of mass',
        'Find the highest point of the smoothed curve, not the average direction.',
        [37.0, 19.0, 45.0],
    ),
    Mistake(
        'half circle only',
        'Search all rows; opposite directions are different stimuli here.',
        [7, 20, 14],
        [29, 20, 3],
    ),
]
border_right = [1, 47, 0]
border_mistakes = [
    Mistake(
        'border not wrapped',
        'The first and the last stimulus are neighbours on the circle; use the mode wrap.',
        [0, 47, 0],
        [0, 47, 0],
        [25, 20, 30],
        [0, 47, 0],
    ),
    Mistake(
        'smoothed across neurons',
        'That blends different neurons; smooth along the stimuli (axis=0).',
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
    ),
    Mistake(
        'height of the peak',
        'Return where the peak is (argmax), not how high it is (max).',
        [0.6039268, 0.601165, 0.6006853],
        [1.011204, 1.000833, 1.004894],
    ),
    Mistake(
        'lowest response',
        'The preferred stimulus is the one with the largest response.',
        [13, 33, 15],
    ),
    Mistake(
        'sorted too early',
        'Sorting comes in the next cell; here each neuron gets the index of its own peak, in the order of the neurons.',
        [2, 0, 1],
        [2, 0, 1],
        [0, 1, 47],
    ),
    Mistake(
        'angles in place of rows',
        'Return the row index of the peak, without turning it into an angle.',
        [7.5, 352.5, 0.0],
        [0.1308997, 6.152286, 0.0],
        [0.01745329, 0.8203047, 0.0],
    ),
    Mistake(
        'row numbers from 1',
        'Rows count from 0, as argmax does.',
        [2, 48, 1],
    ),
    Mistake(
        'centre of mass',
        'Find the highest point of the smoothed curve, not the average direction.',
        [1.0, 7.0, 40.0],
    ),
    Mistake(
        'half circle only',
        'Search all rows; opposite directions are different stimuli here.',
        [1, 23, 0],
        [1, 0, 0],
    ),
]
untouched_right = [3, 9, 6, 7]
untouched_mistakes = [
    Mistake(
        'raw curve searched',
        'A single noisy bin can win: smooth each tuning curve first, and search the smoothed array, not the original.',
        [3, 9, 7, 6],
    ),
    Mistake(
        'border not wrapped',
        'The first and the last stimulus are neighbours on the circle; use the mode wrap.',
        [3, 9, 0, 8],
        [3, 9, 0, 9],
        [3, 9, 6, 7],
        [3, 9, 0, 7],
    ),
    Mistake(
        'smoothed across neurons',
        'That blends different neurons; smooth along the stimuli (axis=0).',
        [3, 3, 6, 6],
        [3, 3, 6, 6],
        [4, 4, 6, 6],
        [3, 4, 7, 7],
    ),
    Mistake(
        'height of the peak',
        'Return where the peak is (argmax), not how high it is (max).',
        [0.03414457, -0.2971613, 0.1614074, 0.1483619],
        [0.4173985, 0.5145166, 0.5225127, 1.209729],
    ),
    Mistake(
        'lowest response',
        'The preferred stimulus is the one with the largest response.',
        [0, 6, 9, 3],
    ),
    Mistake(
        'sorted too early',
        'Sorting comes in the next cell; here each neuron gets the index of its own peak, in the order of the neurons.',
        [0, 2, 3, 1],
        [0, 2, 3, 1],
        [3, 6, 7, 9],
    ),
    Mistake(
        'angles in place of rows',
        'Return the row index of the peak, without turning it into an angle.',
        [108.0, 324.0, 216.0, 252.0],
        [1.884956, 5.654867, 3.769911, 4.39823],
        [0.05235988, 0.1570796, 0.1047198, 0.122173],
    ),
    Mistake(
        'row numbers from 1',
        'Rows count from 0, as argmax does.',
        [4, 10, 7, 8],
    ),
    Mistake(
        'sizes taken by absolute value',
        'A response below usual is not what a neuron likes best; search the curve, not its size.',
        [0, 6, 9, 3],
    ),
    Mistake(
        'smoothed twice',
        'Smooth once, with the width asked for.',
        [3, 0, 5, 7],
    ),
    Mistake(
        'centre of mass',
        'Find the highest point of the smoothed curve, not the average direction.',
        [3.0, 0.0, 5.0, 7.0],
    ),
    Mistake(
        'half circle only',
        'Search all rows; opposite directions are different stimuli here.',
        [3, 4, 1, 2],
        [3, 0, 4, 0],
    ),
    Mistake(
        'sigma not handed on as it is',
        'Hand the argument sigma on to the filter as it is: no other number, not halved, not doubled.',
        [3, 9, 6, 7],
        [3, 9, 5, 7],
        [3, 0, 5, 7],
        [3, 0, 5, 7],
    ),
    Mistake(
        'no axis given',
        'Without an axis, argmax flattens the matrix and returns one number; say along which axis.',
        26,
    ),
    Mistake(
        'argmax along the wrong axis',
        'You found the best neuron of each stimulus; look down the stimuli instead.',
        [2, 2, 2, 2, 2, 2, 2, 3, 3, 3],
        [2, 3, 2, 1, 2, 0, 3, 2, 0, 1],
    ),
    Mistake(
        'curves returned',
        'Return the index of each peak (argmax), not the smoothed curves.',
        [
            [-0.5179775, -0.3349189, -0.1623857, -0.266735],
            [-0.3826957, -0.3974444, -0.02784943, -0.3174511],
            [-0.1374404, -0.3904667, 0.04075444, -0.3865242],
            [0.03414457, -0.3590197, 0.05967549, -0.4665078],
            [0.01722339, -0.3977427, 0.09654808, -0.4324179],
            [-0.1671467, -0.4769972, 0.149261, -0.2139751],
            [-0.3925372, -0.5039482, 0.1614074, 0.05323359],
            [-0.5038033, -0.4501531, 0.06660548, 0.1483619],
            [-0.5010549, -0.3538113, -0.1161196, 0.03314128],
            [-0.5123025, -0.2971613, -0.2275814, -0.1496117],
        ],
    ),
    Mistake(
        'sorted too early',
        'Sorting comes in the next cell; here each neuron gets the index of its own peak, in the order of the neurons.',
        [
            [0, 6, 9, 3],
            [9, 5, 0, 4],
            [7, 7, 8, 2],
            [8, 4, 1, 1],
            [6, 1, 2, 0],
            [1, 2, 3, 5],
            [5, 3, 7, 9],
            [2, 8, 4, 8],
            [4, 0, 5, 6],
            [3, 9, 6, 7],
        ],
        [
            [3, 9, 6, 7],
            [4, 0, 5, 6],
            [2, 8, 4, 8],
            [5, 3, 7, 9],
            [1, 2, 3, 5],
            [6, 1, 2, 0],
            [8, 4, 1, 1],
            [7, 7, 8, 2],
            [9, 5, 0, 4],
            [0, 6, 9, 3],
        ],
    ),
]
narrow_right = [26, 10, 18, 24, 14, 29, 16]
narrow_mistakes = [
    Mistake(
        'raw curve searched',
        'A single noisy bin can win: smooth each tuning curve first, and search the smoothed array, not the original.',
        [29, 10, 18, 27, 14, 0, 6],
    ),
    Mistake(
        'border not wrapped',
        'The first and the last stimulus are neighbours on the circle; use the mode wrap.',
        [29, 10, 29, 24, 14, 0, 16],
        [29, 10, 29, 24, 14, 0, 16],
        [29, 10, 18, 24, 14, 27, 16],
        [29, 10, 18, 24, 14, 29, 16],
    ),
    Mistake(
        'smoothed across neurons',
        'That blends different neurons; smooth along the stimuli (axis=0).',
        [8, 8, 8, 8, 6, 8, 8],
        [8, 8, 8, 8, 6, 6, 6],
        [26, 23, 22, 25, 26, 26, 26],
        [29, 29, 29, 29, 27, 26, 26],
    ),
    Mistake(
        'height of the peak',
        'Return where the peak is (argmax), not how high it is (max).',
        [-0.05555858, 0.459687, 0.357295, 0.2216523, 0.7843771, 1.288094, 0.9720681],
        [0.7457494, 0.9901922, 1.599947, 1.058435, 1.985375, 2.046174, 1.687175],
    ),
    Mistake(
        'lowest response',
        'The preferred stimulus is the one with the largest response.',
        [7, 0, 11, 2, 26, 10, 0],
    ),
    Mistake(
        'sorted too early',
        'Sorting comes in the next cell; here each neuron gets the index of its own peak, in the order of the neurons.',
        [1, 4, 6, 2, 3, 0, 5],
        [1, 4, 6, 2, 3, 0, 5],
        [10, 14, 16, 18, 24, 26, 29],
    ),
    Mistake(
        'angles in place of rows',
        'Return the row index of the peak, without turning it into an angle.',
        [312.0, 120.0, 216.0, 288.0, 168.0, 348.0, 192.0],
        [5.445427, 2.094395, 3.769911, 5.026548, 2.932153, 6.073746, 3.351032],
        [0.4537856, 0.1745329, 0.3141593, 0.418879, 0.2443461, 0.5061455, 0.2792527],
    ),
    Mistake(
        'row numbers from 1',
        'Rows count from 0, as argmax does.',
        [27, 11, 19, 25, 15, 30, 17],
    ),
    Mistake(
        'sizes taken by absolute value',
        'A response below usual is not what a neuron likes best; search the curve, not its size.',
        [7, 0, 11, 2, 14, 29, 16],
    ),
    Mistake(
        'smoothed twice',
        'Smooth once, with the width asked for.',
        [25, 10, 29, 23, 13, 29, 16],
    ),
    Mistake(
        'centre of mass',
        'Find the highest point of the smoothed curve, not the average direction.',
        [25.0, 12.0, 26.0, 21.0, 11.0, 28.0, 19.0],
    ),
    Mistake(
        'half circle only',
        'Search all rows; opposite directions are different stimuli here.',
        [11, 10, 3, 9, 14, 14, 1],
        [0, 10, 0, 14, 14, 0, 14],
    ),
    Mistake(
        'sigma not handed on as it is',
        'Hand the argument sigma on to the filter as it is: no other number, not halved, not doubled.',
        [28, 10, 18, 25, 14, 0, 16],
        [25, 10, 0, 23, 12, 29, 16],
        [25, 11, 27, 22, 11, 28, 18],
    ),
]
other_rights = {
    '2.6': [37, 6, 34, 0, 23, 9, 12],
    '0.8': [20, 17, 21, 1, 17, 4, 5],
    '5': [23, 35, 37, 34, 39, 26, 15],
}
other_mistakes = {
    '2.6': [
        Mistake(
            'sigma not handed on as it is',
            'Hand the argument sigma on to the filter as it is: no other number, not halved, not doubled.',
            [37, 6, 33, 39, 23, 8, 13],
            [37, 6, 33, 39, 23, 9, 12],
            [37, 6, 34, 1, 23, 9, 12],
            [38, 5, 34, 2, 24, 9, 12],
        ),
    ],
    '0.8': [
        Mistake(
            'sigma not handed on as it is',
            'Hand the argument sigma on to the filter as it is: no other number, not halved, not doubled.',
            [20, 17, 21, 1, 18, 4, 5],
            [20, 16, 21, 0, 18, 6, 5],
            [20, 15, 21, 0, 19, 7, 5],
            [19, 15, 22, 1, 19, 7, 5],
        ),
    ],
    '5': [
        Mistake(
            'sigma not handed on as it is',
            'Hand the argument sigma on to the filter as it is: no other number, not halved, not doubled.',
            [23, 34, 2, 34, 0, 26, 14],
            [22, 34, 39, 34, 0, 26, 15],
            [22, 34, 37, 34, 39, 26, 15],
        ),
    ],
}
small_right = [8, 0, 8, 6, 4, 11, 3, 5, 6, 5, 1, 1]
small_mistakes = [
    Mistake(
        'raw curve searched',
        'A single noisy bin can win: smooth each tuning curve first, and search the smoothed array, not the original.',
        [8, 6, 8, 5, 4, 11, 11, 4, 5, 5, 0, 2],
    ),
    Mistake(
        'border not wrapped',
        'The first and the last stimulus are neighbours on the circle; use the mode wrap.',
        [8, 0, 8, 6, 4, 11, 11, 5, 6, 5, 0, 0],
        [8, 0, 11, 6, 4, 11, 11, 5, 0, 5, 0, 0],
        [8, 1, 8, 6, 4, 11, 3, 5, 6, 5, 0, 0],
        [8, 0, 8, 6, 4, 11, 3, 5, 6, 5, 0, 0],
    ),
    Mistake(
        'smoothed across neurons',
        'That blends different neurons; smooth along the stimuli (axis=0).',
        [1, 1, 11, 5, 11, 11, 11, 5, 5, 0, 1, 1],
        [1, 1, 11, 5, 11, 11, 11, 5, 5, 0, 0, 0],
        [0, 0, 9, 6, 5, 4, 4, 4, 5, 1, 1, 1],
        [11, 11, 11, 11, 11, 11, 11, 4, 0, 0, 0, 0],
    ),
    Mistake(
        'argmax along the wrong axis',
        'You found the best neuron of each stimulus; look down the stimuli instead.',
        [1, 1, 1, 4, 4, 4, 4, 0, 0, 1, 1, 1],
        [1, 1, 4, 4, 4, 8, 1, 0, 0, 4, 0, 1],
    ),
    Mistake(
        'height of the peak',
        'Return where the peak is (argmax), not how high it is (max).',
        [
            0.7618196, 1.277358, 0.2260608, -0.05787001, 1.158442, -0.1181363, 0.555352, 0.3640136,
            0.2518065, 0.226288, 0.4448414, -0.09465797
        ],
        [
            1.702251, 1.983491, 0.9196851, 1.158442, 1.408351, 1.077954, 1.537417, 0.804426,
            1.177589, 0.7951126, 1.279322, 0.7496909
        ],
    ),
    Mistake(
        'lowest response',
        'The preferred stimulus is the one with the largest response.',
        [4, 4, 1, 2, 0, 7, 7, 10, 11, 9, 7, 7],
    ),
    Mistake(
        'sorted too early',
        'Sorting comes in the next cell; here each neuron gets the index of its own peak, in the order of the neurons.',
        [1, 10, 11, 6, 4, 7, 9, 3, 8, 0, 2, 5],
        [1, 11, 10, 6, 4, 9, 7, 3, 8, 0, 2, 5],
        [0, 1, 1, 3, 4, 5, 5, 6, 6, 8, 8, 11],
    ),
    Mistake(
        'angles in place of rows',
        'Return the row index of the peak, without turning it into an angle.',
        [240.0, 0.0, 240.0, 180.0, 120.0, 330.0, 90.0, 150.0, 180.0, 150.0, 30.0, 30.0],
        [
            4.18879, 0.0, 4.18879, 3.141593, 2.094395, 5.759587, 1.570796, 2.617994, 3.141593,
            2.617994, 0.5235988, 0.5235988
        ],
        [
            0.1396263, 0.0, 0.1396263, 0.1047198, 0.06981317, 0.1919862, 0.05235988, 0.08726646,
            0.1047198, 0.08726646, 0.01745329, 0.01745329
        ],
    ),
    Mistake(
        'row numbers from 1',
        'Rows count from 0, as argmax does.',
        [9, 1, 9, 7, 5, 12, 4, 6, 7, 6, 2, 2],
    ),
    Mistake(
        'sizes taken by absolute value',
        'A response below usual is not what a neuron likes best; search the curve, not its size.',
        [8, 0, 1, 2, 4, 7, 3, 5, 6, 9, 7, 7],
    ),
    Mistake(
        'smoothed twice',
        'Smooth once, with the width asked for.',
        [9, 0, 8, 7, 4, 11, 2, 5, 6, 5, 1, 1],
    ),
    Mistake(
        'centre of mass',
        'Find the highest point of the smoothed curve, not the average direction.',
        [9.0, 12.0, 8.0, 7.0, 4.0, 0.0, 1.0, 5.0, 6.0, 4.0, 1.0, 1.0],
    ),
    Mistake(
        'half circle only',
        'Search all rows; opposite directions are different stimuli here.',
        [2, 0, 2, 0, 4, 5, 3, 5, 0, 5, 1, 1],
        [0, 0, 5, 5, 4, 0, 3, 5, 5, 5, 1, 1],
    ),
    Mistake(
        'sigma not handed on as it is',
        'Hand the argument sigma on to the filter as it is: no other number, not halved, not doubled.',
        [7, 0, 8, 6, 4, 11, 3, 5, 6, 5, 0, 2],
        [8, 0, 8, 7, 4, 11, 2, 5, 6, 5, 1, 1],
        [9, 0, 8, 7, 4, 0, 1, 5, 6, 4, 1, 1],
        [9, 0, 8, 7, 4, 0, 1, 5, 6, 4, 1, 1],
    ),
]
as_recorded_right = [175, 83, 267, 175, 178, 121, 77, 42, 1]
as_recorded_mistakes = [
    Mistake(
        'half circle only',
        'Search all rows; opposite directions are different stimuli here.',
        [175, 83, 87, 175, 178, 121, 77, 42, 1],
        [175, 83, 87, 175, 178, 121, 77, 42, 1],
        [175, 83, 17, 175, 178, 121, 77, 42, 1],
        [175, 83, 17, 175, 178, 121, 77, 42, 1],
    ),
]
single_right = [9]
