# expect: full, person program ffmpeg, told `ffmpeg`
# tutorial: tutorial1_decoding; everything else solved
# --- code cell: own cell
from matplotlib.animation import FuncAnimation
from IPython.display import HTML

fig, ax = plt.subplots()
(line,) = ax.plot([0, 1])
ani = FuncAnimation(fig, lambda i: (line,), frames=2)
HTML(ani.to_html5_video())
scale = 1
# --- code cell: gd_loop
def train(net, loss_fn, train_data, train_labels, n_epochs=50, learning_rate=1e-4):
    optimizer = optim.SGD(net.parameters(), lr=learning_rate)
    train_loss = []
    for epoch in range(n_epochs):
        loss = loss_fn(net(train_data), train_labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        train_loss.append(loss.item())
    assert scale == 1
    return train_loss
